//! Facts beyond the log, one file each: where an address is, whose network, what kind.
