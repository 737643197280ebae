//! All frames, from texts of the caller's. Texts are escaped as needed.

use super::address::{ActionForm, GroupAddress};
use super::records::NONE;
use super::sign::Signature;
use super::task::{Days, TaskFlag, TimeOfDay};
use super::verbs::Verb;
use super::writer::FrameWriter;
use crate::error::EncodeError;
use crate::secret::Secret;

/// A zone to be told. See [`Zone`](super::Zone).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZoneInfo<'c> {
    /// Identifies the zone.
    pub id: &'c str,
    /// Name for people.
    pub name: &'c str,
    /// The zone it is a part of.
    pub parent: Option<&'c str>,
    /// Icon, as `@bedroom`.
    pub icon: &'c str,
}

/// An object to be told. See [`Object`](super::Object).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectInfo<'c> {
    /// Identifies the object on its host.
    pub id: &'c str,
    /// Type of the value.
    pub eis: u16,
    /// Name for people.
    pub name: &'c str,
    /// Zone it belongs to.
    pub room: &'c str,
    /// Kind of device: 1 light, 2 curtain, 3 air conditioning, 4 floor heating, 5 fresh air, 6 scene, 9 security.
    pub device: u8,
    /// Where values are written.
    pub write: Option<GroupAddress>,
    /// Where the status comes from.
    pub status: Option<GroupAddress>,
    /// Third address.
    pub third: Option<GroupAddress>,
    /// Tag.
    pub group: &'c str,
    /// Icon, as `@light`.
    pub icon: &'c str,
}

/// A value that changed. See [`Update`](super::Update).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpdateInfo<'c> {
    /// Which object.
    pub id: &'c str,
    /// Type of the value.
    pub eis: u16,
    /// The value; `None` for not read yet.
    pub value: Option<&'c str>,
}

/// An action to be told. See [`Action`](super::Action).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionInfo<'c> {
    /// Type of the value.
    pub eis: u16,
    /// Where it goes.
    pub address: GroupAddress,
    /// The value: not empty, no comma.
    pub value: &'c str,
}

/// A task to be told. See [`Task`](super::Task).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskInfo<'c> {
    /// Identifies the task.
    pub id: &'c str,
    /// Name for people.
    pub name: &'c str,
    /// Zone.
    pub room: &'c str,
    /// What is to be done with it.
    pub flag: TaskFlag<'c>,
    /// When, on the host's clock.
    pub time: TimeOfDay,
    /// What it does.
    pub actions: &'c [ActionInfo<'c>],
    /// On which days.
    pub days: Days,
}

/// A frame to be sent.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Send<'c> {
    /// `reg`.
    Register {
        /// Seconds since 1970, UTC.
        timestamp: u64,
        /// Never twice the same.
        rand: &'c str,
        /// Over serial number, the two above and the key.
        sign: Signature,
    },
    /// `regrsp`, with 0 for success.
    RegisterReply(u8),
    /// `query1`, for one zone or all.
    QueryZones {
        /// Which zone; `None` for all.
        room: Option<&'c str>,
        /// Any text.
        tag: &'c str,
    },
    /// `rsp1`.
    Zones(&'c [ZoneInfo<'c>]),
    /// `query2`.
    QueryObjects {
        /// Which zone; `None` for all.
        room: Option<&'c str>,
        /// Any text.
        tag: &'c str,
    },
    /// `rsp2`: objects with their values.
    Objects(&'c [(ObjectInfo<'c>, Option<&'c str>)]),
    /// `control`.
    Control(ActionInfo<'c>),
    /// `controlrsp`, with 0 for success.
    ControlReply(u8),
    /// `push`.
    Push(&'c [UpdateInfo<'c>]),
    /// `cfg`.
    Configure {
        /// The new key.
        key: Secret<&'c str>,
        /// Where to dial from then on.
        domain: &'c str,
    },
    /// `cfgrsp`.
    ConfigureReply {
        /// 0 for success.
        error: u8,
        /// The new key, with success.
        key: Option<Secret<&'c str>>,
    },
    /// `timing`.
    Timing(&'c TaskInfo<'c>),
    /// `timingrsp` of success: the task again.
    TimingDone(&'c TaskInfo<'c>),
    /// `timingrsp` of failure, with the error.
    TimingFailed(u8),
    /// `keepalive`.
    Keepalive,
}

impl Send<'_> {
    /// What the frame is.
    #[must_use]
    pub const fn verb(&self) -> Verb<'static> {
        match self {
            Self::Register { .. } => Verb::Register,
            Self::RegisterReply(_) => Verb::RegisterReply,
            Self::QueryZones { .. } => Verb::QueryZones,
            Self::Zones(_) => Verb::Zones,
            Self::QueryObjects { .. } => Verb::QueryObjects,
            Self::Objects(_) => Verb::Objects,
            Self::Control(_) => Verb::Control,
            Self::ControlReply(_) => Verb::ControlReply,
            Self::Push(_) => Verb::Push,
            Self::Configure { .. } => Verb::Configure,
            Self::ConfigureReply { .. } => Verb::ConfigureReply,
            Self::Timing(_) => Verb::Timing,
            Self::TimingDone(_) | Self::TimingFailed(_) => Verb::TimingReply,
            Self::Keepalive => Verb::Keepalive,
        }
    }
}

/// Writes a frame with its delimiter and gives its length.
///
/// ```
/// use codec_core::kts::{Send, encode};
///
/// let mut out = [0; 128];
/// let len = encode("08ABEF112233", &Send::QueryZones { room: None, tag: "222" }, &mut out)?;
/// assert_eq!(&out[..len], b"{\"sn\":\"08ABEF112233\",\"cmd\":\"query1\",\"data\":{\"oRoom\":\"-1\",\"tag\":\"222\"}}\r\n");
/// # Ok::<(), codec_core::EncodeError>(())
/// ```
///
/// # Errors
/// [`EncodeError`] if the slice is too short, the frame longer than [`MAX_FRAME`](super::MAX_FRAME), or the value of an action empty or with
/// a comma in it.
pub fn encode(sn: &str, frame: &Send<'_>, out: &mut [u8]) -> Result<usize, EncodeError> {
    let mut writer = FrameWriter::new(out, sn, frame.verb().text().raw());
    match *frame {
        Send::Register { timestamp, rand, sign } => write_registration(&mut writer, timestamp, rand, &sign),
        Send::Keepalive => {}
        Send::Control(action) => write_control(&mut writer, &action)?,
        Send::Zones(zones) => {
            writer.open_list();
            zones.iter().for_each(|zone| write_zone(&mut writer, zone));
            writer.close_list();
        }
        Send::Objects(objects) => {
            writer.open_list();
            objects.iter().for_each(|(object, value)| write_object(&mut writer, object, *value));
            writer.close_list();
        }
        Send::Push(updates) => {
            writer.open_list();
            updates.iter().for_each(|update| write_update(&mut writer, update));
            writer.close_list();
        }
        Send::RegisterReply(code) | Send::ControlReply(code) | Send::TimingFailed(code) => write_error(&mut writer, code, None),
        Send::QueryZones { room, tag } | Send::QueryObjects { room, tag } => write_query(&mut writer, room, tag),
        Send::Configure { key, domain } => write_settings(&mut writer, key, domain),
        Send::ConfigureReply { error, key } => write_error(&mut writer, error, key),
        Send::Timing(task) | Send::TimingDone(task) => write_task(&mut writer, task)?,
    }
    writer.finish()
}

/// The members of a `reg`.
pub(crate) fn write_registration(writer: &mut FrameWriter<'_>, timestamp: u64, rand: &str, sign: &Signature) {
    writer.number("timestamp", timestamp);
    writer.text("rand", rand);
    writer.text("sign", sign.digits(&mut [0; 64]));
}

/// `data` of an answer; with a key, of a `cfgrsp`.
pub(crate) fn write_error(writer: &mut FrameWriter<'_>, error: u8, key: Option<Secret<&str>>) {
    writer.open_data();
    writer.number("error", error.into());
    if let Some(key) = key {
        writer.secret("key", key);
    }
    writer.close_object();
}

/// `data` of a query.
pub(crate) fn write_query(writer: &mut FrameWriter<'_>, room: Option<&str>, tag: &str) {
    writer.open_data();
    writer.text("oRoom", room.unwrap_or(NONE));
    writer.text("tag", tag);
    writer.close_object();
}

/// `data` of a `cfg`.
pub(crate) fn write_settings(writer: &mut FrameWriter<'_>, key: Secret<&str>, domain: &str) {
    writer.open_data();
    writer.secret("key", key);
    writer.text("domain", domain);
    writer.close_object();
}

/// `data` of a `control`.
pub(crate) fn write_control(writer: &mut FrameWriter<'_>, action: &ActionInfo<'_>) -> Result<(), EncodeError> {
    check(action)?;
    writer.open_text("data");
    write_action(writer, action, ActionForm::Control);
    writer.close_text();
    Ok(())
}

/// Whether an action can be read again.
pub(crate) fn check(action: &ActionInfo<'_>) -> Result<(), EncodeError> {
    if action.value.is_empty() {
        return Err(EncodeError::Missing { field: "value" });
    }
    match action.value.bytes().position(|byte| byte == b',') {
        Some(at) => Err(EncodeError::BadCharacter { field: "value", at: u32::try_from(at).unwrap_or(u32::MAX) }),
        None => Ok(()),
    }
}

fn write_address(writer: &mut FrameWriter<'_>, address: GroupAddress) {
    writer.digits(address.main().into());
    writer.part("/");
    writer.digits(address.middle().into());
    writer.part("/");
    writer.digits(address.sub().into());
}

fn write_action(writer: &mut FrameWriter<'_>, action: &ActionInfo<'_>, form: ActionForm) {
    if form == ActionForm::Control {
        writer.part("EIS");
    }
    writer.digits(action.eis.into());
    writer.part("=");
    write_address(writer, action.address);
    writer.part("=");
    writer.part(action.value);
}

pub(crate) fn write_zone(writer: &mut FrameWriter<'_>, zone: &ZoneInfo<'_>) {
    writer.open_item();
    writer.text("nID", zone.id);
    writer.text("nName", zone.name);
    writer.text("pID", zone.parent.unwrap_or(NONE));
    writer.text("Icon", zone.icon);
    writer.close_object();
}

pub(crate) fn write_object(writer: &mut FrameWriter<'_>, object: &ObjectInfo<'_>, value: Option<&str>) {
    writer.open_item();
    writer.text("oID", object.id);
    writer.number("EIS", object.eis.into());
    writer.text("val", value.unwrap_or(NONE));
    writer.text("oName", object.name);
    writer.text("room", object.room);
    writer.number("type", object.device.into());
    for (key, address) in [("addrSet", object.write), ("addrSet2", object.status), ("addrSet3", object.third)] {
        writer.open_text(key);
        if let Some(address) = address {
            write_address(writer, address);
        }
        writer.close_text();
    }
    writer.text("group", object.group);
    writer.text("Icon", object.icon);
    writer.close_object();
}

pub(crate) fn write_update(writer: &mut FrameWriter<'_>, update: &UpdateInfo<'_>) {
    writer.open_item();
    writer.text("oID", update.id);
    writer.number("EIS", update.eis.into());
    writer.text("val", update.value.unwrap_or(NONE));
    writer.text("room", "");
    writer.text("navi", "");
    writer.close_object();
}

/// `data` of a `timing`.
pub(crate) fn write_task(writer: &mut FrameWriter<'_>, task: &TaskInfo<'_>) -> Result<(), EncodeError> {
    task.actions.iter().try_for_each(check)?;
    open_task(writer, [task.id, task.name, task.room], task.flag, task.time.minutes());
    writer.open_text("action");
    write_actions(writer, task.actions);
    writer.close_text();
    close_task(writer, task.days);
    Ok(())
}

/// `1=2/3/4=0,1=2/3/5=1`.
pub(crate) fn write_actions(writer: &mut FrameWriter<'_>, actions: &[ActionInfo<'_>]) {
    for (at, action) in actions.iter().enumerate() {
        if at > 0 {
            writer.part(",");
        }
        write_action(writer, action, ActionForm::Timing);
    }
}

/// Decimal digits of a number.
pub(crate) fn decimal(number: u64, room: &mut [u8; 20]) -> &str {
    let mut writer = FrameWriter::resume(room, 0, false);
    writer.digits(number);
    let len = writer.len();
    room.get(..len).and_then(|digits| core::str::from_utf8(digits).ok()).unwrap_or_default()
}

/// `data` of a `timing` up to its actions: id, name, zone, flag, minutes since midnight.
pub(crate) fn open_task(writer: &mut FrameWriter<'_>, texts: [&str; 3], flag: TaskFlag<'_>, minutes: u16) {
    writer.open_data();
    let [id, name, room] = texts;
    writer.text("tid", id);
    writer.text("tname", name);
    writer.text("oRoom", room);
    writer.word("flag", flag.text());
    let digit = |value: u16| u8::try_from(value).map_or(b'0', |value| b'0'.saturating_add(value));
    let (hour, minute) = (minutes / 60, minutes % 60);
    let time = [digit(hour / 10), digit(hour % 10), b':', digit(minute / 10), digit(minute % 10)];
    writer.text("time", core::str::from_utf8(&time).unwrap_or_default());
}

/// What follows its actions.
pub(crate) fn close_task(writer: &mut FrameWriter<'_>, days: Days) {
    writer.open_text("repeat");
    for day in days.iter() {
        writer.digits(day.into());
        writer.part(",");
    }
    writer.close_text();
    writer.close_object();
}
