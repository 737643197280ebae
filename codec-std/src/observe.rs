//! A hook into a driver: everything that goes into a machine, and what comes out for the link.

use std::io;

use codec_core::{Env, Machine};

/// When something happened, as the machine was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What the machine knew of the world.
    pub env: Env,
    /// How many events had been taken out since the call of the observer before, if the machine had more to give; `None` if it had
    /// been asked until it had none left, as is usual.
    pub taken: Option<u32>,
}

/// Is told by a driver what its machine takes in and gives out, in order: enough to repeat the session exactly.
///
/// [`Recorder`](crate::record::Recorder) is one. A driver without an observer spends one comparison per call on it.
///
/// The bytes and the commands are the real ones: an observer that keeps them must mask what is secret.
pub trait Observer<M: Machine>: Send {
    /// The driver begins, with buffers of these sizes in bytes.
    fn begin(&mut self, rx_bytes: usize, tx_bytes: usize);

    /// One read from the link gave `bytes`.
    fn received(&mut self, at: &Moment, bytes: &[u8]);

    /// One write to the link took `bytes`. The machine is not called; the entropy of `at` is zero.
    fn sent(&mut self, at: &Moment, bytes: &[u8]);

    /// The machine is polled without an input: at the start, or because its deadline has come.
    fn woken(&mut self, at: &Moment);

    /// `command` is submitted. The machine may still refuse it, which changes nothing.
    fn submitted(&mut self, at: &Moment, command: &M::Command<'_>);

    /// The peer sends no more.
    fn ended(&mut self, at: &Moment);

    /// The driver is done.
    ///
    /// # Errors
    /// If the observer could not do its work.
    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}
