//! Keeps one part of `codec-core` in a program that does nothing else, as if everything about the input were unknown: its size is that of
//! the code. The programs are in `src/bin`, and never run.
#![no_std]

use core::hint::black_box;

use codec_core::{Env, Instant, Machine, Pending, Refused, RxBuf, Ticket, TxBuf};

/// A function that reads one frame.
pub fn decoder(decode: fn(&[u8])) {
    black_box(decode);
}

/// A machine, with all that its trait has, and the function that makes it.
pub fn machine<M: Machine, N>(new: N) {
    black_box(new);
    black_box(M::poll_event as fn(&mut M, &Env, &mut RxBuf<'_>, &mut TxBuf<'_>) -> Option<Pending>);
    black_box(M::event as for<'i> fn(&M, Pending, &'i RxBuf<'_>) -> M::Event<'i>);
    black_box(M::submit as for<'c> fn(&mut M, &Env, M::Command<'c>, &mut TxBuf<'_>) -> Result<Ticket, Refused>);
    black_box(M::poll_timeout as fn(&M) -> Option<Instant>);
    black_box(M::is_closed as fn(&M) -> bool);
}

/// A program of nothing but this.
#[macro_export]
macro_rules! program {
    ($($keep:expr)?) => {
        #[unsafe(no_mangle)]
        extern "C" fn _start() -> ! {
            $($keep;)?
            loop {}
        }

        #[panic_handler]
        fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
            loop {}
        }
    };
}
