//! Nothing, to compare with.
#![no_std]
#![no_main]

sizes::program!();
