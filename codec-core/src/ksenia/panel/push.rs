//! What changes look like, and a change that the caller words.

use super::answer::Memory;
use super::config::{Config, Shape, Wrapper};
use super::house::record_error;
use super::{Job, Link, Panel, bit};
use crate::buf::TxBuf;
use crate::error::{EncodeError, Refused};
use crate::ksenia::{Form, Head, Kind, MessageId, MessageWriter, Verb};
use crate::machine::Env;

/// The name of a list in changes.
pub(super) fn pushed_name<'k>(shape: Shape, kind: Kind<'k>) -> &'k str {
    match kind {
        Kind::PartitionStatus if shape == Shape::ShortNames => Kind::Partitions.text().raw(),
        kind => kind.text().raw(),
    }
}

/// Whether the list is one level further down.
pub(super) fn is_nested(shape: Shape, kind: Kind<'_>) -> bool {
    shape == Shape::Nested && kind == Kind::OutputStatus
}

impl Memory {
    /// What stands before changes.
    pub(super) fn push_head<'o>(&self, config: &Config<'_>, out: &'o mut [u8]) -> MessageWriter<'o> {
        let mut head = Head::changes(config.identity.mac, self.client());
        match config.shape {
            Shape::Acknowledgement => {
                (head.verb, head.form) = (Verb::RealtimeAnswer, Form::RegisterAck.text());
                head.id = MessageId::Number(self.registration);
            }
            Shape::Untyped => head.id = MessageId::Number(self.registration),
            _ => {}
        }
        let typed = config.shape != Shape::Untyped;
        MessageWriter::begin(out, &head, config.shape != Shape::Anonymous, typed)
    }

    /// What changes are wrapped in. `own`: the client's own wrapper, where there are several.
    pub(super) fn wrapper<'w>(&'w self, config: &Config<'w>, own: bool) -> Option<&'w str> {
        match config.wrapper {
            _ if config.shape == Shape::Acknowledgement => None,
            Wrapper::Several(name) if !own => Some(name),
            Wrapper::Sender | Wrapper::Several(_) => Some(self.client()),
            Wrapper::Fixed(name) => Some(name),
            Wrapper::Bare => None,
        }
    }

    /// Writes a change of one record of the caller's.
    fn write_record(&self, config: &Config<'_>, kind: Kind<'_>, record: &str, unix: u64, out: &mut [u8]) -> Result<usize, EncodeError> {
        let mut w = self.push_head(config, out);
        for own in [false, true].into_iter().skip(usize::from(!config.has_several_wrappers())) {
            let wrapper = self.wrapper(config, own);
            if let Some(name) = wrapper {
                w.open_object(name);
            }
            let nested = is_nested(config.shape, kind);
            let mut name = pushed_name(config.shape, kind);
            if nested {
                w.open_object(name);
                name = Kind::Outputs.text().raw();
            }
            if config.shape == Shape::Single {
                w.name(name);
                w.raw(record, true, true);
            } else {
                w.open_list(name);
                w.raw(record, true, true);
                w.close_list();
            }
            if nested {
                w.close_object();
            }
            if wrapper.is_some() {
                w.close_object();
            }
        }
        w.finish(unix)
    }
}

impl Panel<'_, '_> {
    /// Tells a record of the caller's, if nothing else is being written.
    pub(super) fn tell(&mut self, env: &Env, kind: Kind<'_>, record: &str, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        if let Some(at) = record_error(record) {
            return Err(EncodeError::BadCharacter { field: "record", at }.into());
        }
        let Link::Open(channel) = &mut self.link else { return Err(Refused::NotReady) };
        if self.registered & bit(kind) == 0 {
            return Err(Refused::NotReady);
        }
        if self.memory.job != Job::Nothing || self.memory.waiting != Job::Nothing || env.now < self.silent_until {
            return Err(Refused::Busy);
        }
        let (memory, config, unix) = (&*self.memory, self.config, env.unix.unwrap_or(0));
        channel.send_text_with(env, tx, |out| memory.write_record(config, kind, record, unix, out))
    }
}
