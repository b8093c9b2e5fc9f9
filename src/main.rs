//! The `trialwise` binary.

fn main() {}
