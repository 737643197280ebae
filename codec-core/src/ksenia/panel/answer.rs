//! What the panel is writing: an answer, or changes. A message of any length leaves in parts, each as soon as there is room for it.
//!
//! Nothing of it is kept but where it goes on. The request stays in the receive buffer until its answer is written.

use super::config::{Config, LogsForm, Shape, UserAnswers};
use super::house::{House, Moment};
use super::lists::piece;
use super::push::{is_nested, pushed_name};
use super::records::version;
use super::types::{expand, lists};
use crate::error::EncodeError;
use crate::ksenia::writer::Paused;
use crate::ksenia::{CrcPolicy, Detail, Form, Head, ItemRange, Kind, Message, MessageId, MessageWriter, ResultCode, Verb, decode_with};
use crate::text::json::Text;

/// Most bytes of a part. The longest piece of a record fits into one.
pub(super) const PART: usize = 960;

/// Room for the end of a message.
const END: usize = 64;

/// Longest name of a client that changes are wrapped in, in bytes.
const MAX_CLIENT: usize = 64;

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Job {
    Nothing,
    /// A result and nothing else.
    Outcome(Result<Detail<'static>, Detail<'static>>),
    Login {
        account: u32,
        session: u32,
    },
    Logout {
        session: u32,
    },
    /// The lists of a READ.
    Lists,
    /// The lists of a REGISTER.
    Snapshot,
    /// A file, by its place.
    File(u16),
    Version,
    Logs {
        count: u32,
    },
    /// A refusal that belongs to no command.
    Generic,
    /// The same in the words of a published simulator.
    UnknownCommand,
    /// Changes.
    Push,
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    phase: u8,
    list: u8,
    open: bool,
    /// The last wrapper is being written.
    own: bool,
    item: u32,
    from: u32,
}

/// What a panel keeps of the message that it writes: memory that the caller hands in, used again for the next connection.
#[derive(Debug)]
pub struct Memory {
    pub(super) job: Job,
    /// What comes after it.
    pub(super) waiting: Job,
    place: Place,
    paused: Option<Paused>,
    /// Lists of the message, a bit for each place in [`Kind::ALL`].
    types: u64,
    /// Lists that the request names.
    pub(super) asked: u64,
    /// Names without a list were asked for, too.
    others: bool,
    range: Option<ItemRange>,
    client: [u8; MAX_CLIENT],
    client_len: u8,
    /// `ID` of the registration.
    pub(super) registration: u32,
}

const _: () = assert!(size_of::<Memory>() <= 256);

/// What the writing of a part needs to know.
pub(super) struct Desk<'d, 'h> {
    pub(super) at: Moment<'d>,
    pub(super) house: &'d mut House<'h>,
    /// The request that is answered.
    pub(super) request: &'d [u8],
}

impl Memory {
    /// Fresh memory.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            job: Job::Nothing,
            waiting: Job::Nothing,
            place: Place { phase: 0, list: 0, open: false, own: false, item: 0, from: 0 },
            paused: None,
            types: 0,
            asked: 0,
            others: false,
            range: None,
            client: [0; MAX_CLIENT],
            client_len: 0,
            registration: 0,
        }
    }

    /// Takes in which lists are asked for. A panel answers the first `most` without a word about the others.
    pub(super) fn ask(&mut self, message: &Message<'_>, most: u8) {
        let Some((types, range)) = lists(message) else { return };
        let types = types.iter().take(most.into());
        self.asked = types.clone().fold(0, |mask, kind| mask | expand(kind));
        self.others = types.clone().any(|kind| matches!(kind, Kind::Other(_)));
        self.range = range;
    }

    /// Remembers who registers.
    pub(super) fn register(&mut self, message: &Message<'_>) {
        self.registration = message.id().and_then(Text::number).unwrap_or(0);
        let name = message.sender().and_then(|name| name.copy_to(&mut self.client));
        self.client_len = name.and_then(|name| u8::try_from(name.len()).ok()).unwrap_or(0);
    }

    /// The name of the client that registered; empty if it is too long.
    pub(super) fn client(&self) -> &str {
        let name = self.client.get(..self.client_len.into()).unwrap_or_default();
        core::str::from_utf8(name).unwrap_or_default()
    }

    /// Begins to write changes of these lists.
    pub(super) fn push(&mut self, types: u64) {
        self.begin(Job::Push);
        self.types = types;
    }

    pub(super) fn begin(&mut self, job: Job) {
        self.job = job;
        self.types = self.asked;
        self.place = Place::default();
        self.paused = None;
    }

    /// Writes the next part. Says how long it is, and whether the message ends with it.
    ///
    /// # Errors
    /// [`EncodeError::NoSpace`] if not even the next piece fits.
    pub(super) fn fill(&mut self, desk: &mut Desk<'_, '_>, out: &mut [u8]) -> Result<(usize, bool), EncodeError> {
        let request = decode_with(desk.request, CrcPolicy::Ignore).ok();
        let mut writer = match self.paused.take() {
            Some(paused) => MessageWriter::resume(out, paused),
            None => self.head(desk.at.config, request.as_ref(), out),
        };
        loop {
            let (mark, place) = (writer.mark(), self.place);
            let pushed = if self.place.phase > 2 { None } else { self.unit(desk, request.as_ref(), &mut writer) };
            if writer.is_over() {
                writer.rewind(mark);
                self.place = place;
                let (len, _) = mark;
                if len == 0 {
                    return Err(EncodeError::NoSpace { needed: u32::try_from(PART).unwrap_or(u32::MAX) });
                }
                break;
            }
            if let Some((kind, n)) = pushed {
                desk.house.clear_push(kind, n);
            }
            if self.place.phase > 2 {
                if writer.free() < END {
                    break;
                }
                return writer.finish(desk.at.unix).map(|len| (len, true));
            }
        }
        let (len, paused) = writer.pause().ok_or(EncodeError::NoSpace { needed: 0 })?;
        self.paused = Some(paused);
        Ok((len, false))
    }

    /// What stands before the content.
    fn head<'o>(&self, config: &Config<'_>, request: Option<&Message<'_>>, out: &'o mut [u8]) -> MessageWriter<'o> {
        let mac = config.identity.mac;
        let short = |text: Text<'_>| text.raw().len() <= MAX_CLIENT;
        if self.job == Job::Push {
            return self.push_head(config, out);
        }
        let answer = request.and_then(|request| Head::answer_to(request, mac));
        let id = request.and_then(Message::id).filter(|id| short(*id));
        let receiver = request.and_then(Message::sender).and_then(Text::plain).unwrap_or_default();
        let mut head =
            answer.unwrap_or(Head { sender: mac, receiver, verb: Verb::Generic, id: MessageId::Number(0), form: Form::Error.text() });
        head.id = id.map_or(MessageId::Number(0), MessageId::Same);
        if head.receiver.len() > MAX_CLIENT {
            head.receiver = "";
        }
        let odd = match id.and_then(Text::number) {
            Some(id) => id % 2 == 1,
            None => false,
        };
        let keeps_id = if self.job == Job::Generic { config.generic_keeps_id } else { config.echo_ids };
        match (self.job, head.verb) {
            (Job::Generic, _) => (head.verb, head.form) = (Verb::Generic, Form::Error.text()),
            (Job::UnknownCommand, _) => (head.verb, head.form) = (Verb::Error, Form::Reply.text()),
            (Job::Logs { .. }, _) => {
                head.form = match config.logs {
                    LogsForm::GetLastLogs => Form::GetLastLogs.text(),
                    LogsForm::ByNumber if !odd => Form::GetLastLogs.text(),
                    _ => Form::LastLogs.text(),
                };
            }
            (Job::Outcome(_), Verb::UserAnswer) => match config.user_answers {
                UserAnswers::Reply => head.form = Form::Reply.text(),
                UserAnswers::Untyped => head.form = Text::new(""),
                _ => {}
            },
            _ => {}
        }
        if !keeps_id {
            head.id = MessageId::Number(0);
        }
        if !short(head.form) {
            head.form = Text::new("");
        }
        let typed = !head.form.is_empty();
        MessageWriter::begin(out, &head, true, typed)
    }

    /// Writes the next piece of the content. Gives the record that was pushed with it.
    fn unit(&mut self, desk: &Desk<'_, '_>, request: Option<&Message<'_>>, w: &mut MessageWriter<'_>) -> Option<(Kind<'static>, usize)> {
        match self.place.phase {
            0 => {
                self.place.phase = self.prelude(desk, request, w);
                None
            }
            1 => match self.job {
                Job::File(file) => {
                    self.file(desk, file, w);
                    None
                }
                Job::Logs { count } => {
                    self.logs(desk, count, w);
                    None
                }
                _ => self.list(desk, w),
            },
            _ => {
                self.tail(desk, request, w);
                None
            }
        }
    }

    /// What stands before lists, or all there is. Gives the phase that follows.
    fn prelude(&mut self, desk: &Desk<'_, '_>, request: Option<&Message<'_>>, w: &mut MessageWriter<'_>) -> u8 {
        let config = desk.at.config;
        let identity = config.identity;
        let ok = |w: &mut MessageWriter<'_>, detail| w.outcome(ResultCode::Ok, Some(detail));
        match self.job {
            Job::Nothing => 3,
            Job::Outcome(outcome) => {
                let user = request.is_some_and(|request| request.verb() == Verb::User);
                let nested = user && config.user_answers == UserAnswers::Nested;
                let client =
                    request.and_then(Message::sender).and_then(Text::plain).filter(|name| !name.is_empty() && name.len() <= MAX_CLIENT);
                if let Some(client) = client.filter(|_| nested) {
                    w.open_object(client);
                }
                match outcome {
                    Ok(_) if user && config.user_answers == UserAnswers::NoResult => {}
                    Ok(detail) => ok(w, detail),
                    Err(detail) => w.outcome(ResultCode::Fail, Some(detail)),
                }
                if nested && client.is_some() {
                    w.close_object();
                }
                3
            }
            Job::Login { account, session } => {
                ok(w, Detail::LoginOk);
                w.number("ID_LOGIN", session.into());
                if let Some(slot) = desk.house.accounts.iter().find(|slot| slot.id == account) {
                    w.text("DESCRIPTION", slot.name);
                }
                w.open_object("VER_LITE");
                w.text("FW", identity.firmware);
                w.text("WS", identity.web_server);
                w.close_object();
                3
            }
            Job::Logout { session } => {
                ok(w, Detail::SessionOk);
                w.number("ID_LOGIN", session.into());
                3
            }
            Job::Lists => {
                ok(w, Detail::ReadOk);
                1
            }
            Job::Snapshot => {
                w.outcome(ResultCode::Ok, None);
                1
            }
            Job::File(_) => {
                ok(w, Detail::FileOk);
                w.open_text("FILE_CONTENT");
                1
            }
            Job::Logs { .. } => {
                ok(w, Detail::LogsOk);
                w.open_list("LOGS");
                1
            }
            Job::Version => {
                version(desk, w);
                3
            }
            Job::Generic => {
                w.outcome(ResultCode::Fail, Some(Detail::InvalidCommand));
                3
            }
            Job::UnknownCommand => {
                w.outcome(ResultCode::Fail, Some(Detail::UnknownCommand));
                3
            }
            Job::Push => {
                self.place.own = !config.has_several_wrappers();
                if let Some(name) = self.wrapper(config, self.place.own) {
                    w.open_object(name);
                }
                1
            }
        }
    }

    /// The next record, or the beginning or end of a list.
    fn list(&mut self, desk: &Desk<'_, '_>, w: &mut MessageWriter<'_>) -> Option<(Kind<'static>, usize)> {
        let wanted = |place: u32| self.types & 1_u64.wrapping_shl(place) != 0;
        let Some(place) = (u32::from(self.place.list)..64).find(|place| wanted(*place)) else {
            self.place.phase = 2;
            return None;
        };
        let kind = u8::try_from(place).ok().and_then(Kind::at)?;
        self.place.list = u8::try_from(place).unwrap_or(u8::MAX);
        let (house, push, shape) = (&*desk.house, self.job == Job::Push, desk.at.config.shape);
        let nested = push && is_nested(shape, kind);
        if !self.place.open {
            let name = if push { pushed_name(shape, kind) } else { kind.text().raw() };
            let first = if push { house.next_push(kind, 0) } else { None };
            let alone = first.filter(|n| house.next_push(kind, n.saturating_add(1)).is_none());
            if let Some(n) = alone.filter(|_| shape == Shape::Single) {
                w.name(name);
                house.record(&desk.at, kind, n, 0, w);
                self.next_list();
                return self.place.own.then_some((kind, n));
            }
            if nested {
                w.open_object(name);
                w.open_list(Kind::Outputs.text().raw());
            } else {
                w.open_list(name);
            }
            self.place.open = true;
            return None;
        }
        let from = usize::try_from(self.place.item).unwrap_or(usize::MAX);
        let next = if push {
            house.next_push(kind, from)
        } else {
            let inside = |n: &usize| match (self.range, house.id(kind, *n)) {
                (Some(ItemRange::Numbers { first, last }), Some(id)) => (first..=last).contains(&id),
                _ => true,
            };
            (from..house.count(kind)).find(inside)
        };
        let Some(n) = next else {
            w.close_list();
            if nested {
                w.close_object();
            }
            self.next_list();
            return None;
        };
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let piece = if number(n) == self.place.item { usize::try_from(self.place.from).unwrap_or(0) } else { 0 };
        match house.record(&desk.at, kind, n, piece, w) {
            Some(next) => (self.place.item, self.place.from) = (number(n), number(next)),
            None => (self.place.item, self.place.from) = (number(n).saturating_add(1), 0),
        }
        // What several wrappers tell has been told when the last of them has.
        (push && self.place.own).then_some((kind, n))
    }

    fn next_list(&mut self) {
        self.place = Place { phase: 1, list: self.place.list.saturating_add(1), own: self.place.own, ..Place::default() };
    }

    /// A piece of a file.
    fn file(&mut self, desk: &Desk<'_, '_>, file: u16, w: &mut MessageWriter<'_>) {
        let content = desk.house.files.get(usize::from(file)).map_or("", |file| file.content);
        // Every byte may become an escape of six.
        let piece = piece(content, usize::try_from(self.place.from).unwrap_or(usize::MAX), 128);
        w.text_piece(piece);
        self.place.from = self.place.from.saturating_add(u32::try_from(piece.len()).unwrap_or(u32::MAX));
        if piece.is_empty() {
            w.close_text();
            self.place.phase = 3;
        }
    }

    /// An entry of the log, newest first.
    fn logs(&mut self, desk: &Desk<'_, '_>, count: u32, w: &mut MessageWriter<'_>) {
        let before = if self.place.item == 0 { u32::MAX } else { self.place.from };
        match desk.house.older(before).filter(|_| self.place.item < count) {
            Some(slot) => {
                desk.house.log_entry(&desk.at, slot, w);
                (self.place.item, self.place.from) = (self.place.item.saturating_add(1), slot.id);
            }
            None => {
                w.close_list();
                self.place.phase = 3;
            }
        }
    }

    /// What stands behind the lists.
    fn tail(&mut self, desk: &Desk<'_, '_>, request: Option<&Message<'_>>, w: &mut MessageWriter<'_>) {
        if self.others {
            let most = desk.at.config.max_types;
            let types = request.and_then(lists).map(|(types, _)| types);
            let unknown = types.into_iter().flat_map(|types| types.iter()).take(most.into()).filter(|kind| matches!(kind, Kind::Other(_)));
            let place = usize::try_from(self.place.item).unwrap_or(usize::MAX);
            if let Some(kind) = unknown.clone().nth(place) {
                // There is nothing of that kind. A name that is too long is passed over.
                if let Some(name) = kind.text().plain().filter(|name| name.len() <= MAX_CLIENT) {
                    w.open_list(name);
                    w.close_list();
                }
                self.place.item = self.place.item.saturating_add(1);
                return;
            }
        }
        match self.job {
            Job::Lists => desk.house.program_check(w),
            Job::Push if self.wrapper(desk.at.config, self.place.own).is_some() => {
                w.close_object();
                if !self.place.own {
                    w.open_object(self.client());
                    self.place = Place { phase: 1, own: true, ..Place::default() };
                    return;
                }
            }
            _ => {}
        }
        self.place.phase = 3;
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}
