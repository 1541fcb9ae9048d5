//! The case folder: one file a product, written from the finished [`crate::case::Case`].
