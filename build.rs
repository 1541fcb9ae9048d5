//! Tells cargo that the rules are part of the library: a new rule file is a change of the embedded pack.

fn main() {
    println!("cargo::rerun-if-changed=rules");
}
