//! Requests to be sent.

use super::codes::CommandCode;
use super::lists::PeripheralSetup;
use super::wire::{END, START};
use super::writer::Writer;
use crate::error::EncodeError;
use crate::g90::{AlertFlags, ArmState};
use crate::text::json::{self, Value};

/// A request. What has no variant here goes as [`Raw`](Self::Raw).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Send<'c> {
    /// A command without parameters.
    Plain(CommandCode),
    /// Rows `first` to `last` of a list, from 1, both included.
    Page {
        /// One of those that [are paginated](CommandCode::is_paginated).
        list: CommandCode,
        /// First row.
        first: u32,
        /// Last row.
        last: u32,
    },
    /// Arm or disarm.
    Arm(ArmState),
    /// Change a sensor.
    SetSensor(PeripheralSetup<'c>),
    /// Add a sensor.
    AddSensor(PeripheralSetup<'c>),
    /// Change a device.
    SetDevice(PeripheralSetup<'c>),
    /// Add a device.
    AddDevice(PeripheralSetup<'c>),
    /// Confirm (`true`) or cancel the registration of a device.
    RegisterDevice(bool),
    /// Delete a sensor.
    DeleteSensor {
        /// The panel's number of it.
        index: i64,
    },
    /// Delete a device.
    DeleteDevice {
        /// The panel's number of it.
        index: i64,
    },
    /// Switch a node of a device.
    Switch {
        /// The panel's number of the device.
        index: i64,
        /// Node of it, from 0.
        node: i64,
        /// Whether to switch it on.
        on: bool,
    },
    /// Choose what is reported.
    SetNoticeFlags(AlertFlags),
    /// Any command, with its parameters as a JSON array.
    Raw {
        /// The command; not 0.
        code: CommandCode,
        /// The parameters, as `[1,"x"]`.
        params: &'c str,
    },
}

impl Send<'_> {
    /// The command.
    #[must_use]
    pub const fn code(&self) -> CommandCode {
        match self {
            Self::Plain(code) | Self::Page { list: code, .. } | Self::Raw { code, .. } => *code,
            Self::Arm(_) => CommandCode::SetHostStatus,
            Self::SetSensor(_) => CommandCode::SetSingleSensor,
            Self::AddSensor(_) => CommandCode::AddSensor,
            Self::SetDevice(_) => CommandCode::SetSingleDevice,
            Self::AddDevice(_) => CommandCode::AddDevice,
            Self::RegisterDevice(_) => CommandCode::SendRegDeviceResult,
            Self::DeleteSensor { .. } => CommandCode::DelSensor,
            Self::DeleteDevice { .. } => CommandCode::DelDevice,
            Self::Switch { .. } => CommandCode::ControlDevice,
            Self::SetNoticeFlags(_) => CommandCode::SetNoticeFlag,
        }
    }

    /// Writes the request and gives its length.
    ///
    /// ```
    /// use codec_core::g90::local::Send;
    ///
    /// let mut out = [0; 64];
    /// let len = Send::Switch { index: 12, node: 2, on: true }.encode(&mut out)?;
    /// assert_eq!(&out[..len], b"ISTART[137,137,[137,[12,0,2]]]IEND\0");
    /// # Ok::<(), codec_core::EncodeError>(())
    /// ```
    ///
    /// # Errors
    /// [`EncodeError`] if the code is 0, rows are counted from 0 or backwards, a state cannot be set, raw parameters are no JSON array, or
    /// `out` is too short.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        let code = self.code();
        if code.raw() == 0 {
            return Err(EncodeError::OutOfRange { field: "command code", min: 1, max: u32::MAX, found: 0 });
        }
        if let Self::Plain(code) = self {
            let mut writer = Writer::new(out);
            writer.put(START);
            writer.put(b"[");
            writer.put_number(code.raw().into());
            writer.put(b",");
            writer.put_number(code.raw().into());
            writer.put(b",\"\"]");
            writer.put(END);
            return writer.len();
        }
        let mut writer = Writer::request(out, code);
        match self {
            Self::Plain(_) => {}
            Self::Page { first, last, .. } => {
                if *first == 0 || last < first {
                    return Err(EncodeError::OutOfRange { field: "last row", min: (*first).max(1), max: u32::MAX, found: *last });
                }
                writer.number((*first).into());
                writer.number((*last).into());
            }
            Self::Arm(state) => match state {
                ArmState::ArmAway | ArmState::ArmHome | ArmState::Disarm => writer.number(state.raw()),
                other => {
                    let found = u32::try_from(other.raw()).unwrap_or(u32::MAX);
                    return Err(EncodeError::OutOfRange { field: "arm state", min: 1, max: 3, found });
                }
            },
            Self::SetSensor(setup) | Self::AddSensor(setup) | Self::SetDevice(setup) | Self::AddDevice(setup) => setup.write(&mut writer),
            Self::RegisterDevice(confirm) => writer.number((*confirm).into()),
            Self::DeleteSensor { index } | Self::DeleteDevice { index } => writer.number(*index),
            Self::Switch { index, node, on } => {
                writer.number(*index);
                writer.number((!*on).into());
                writer.number(*node);
            }
            Self::SetNoticeFlags(flags) => writer.number(flags.bits()),
            Self::Raw { params, .. } => match json::check(params.as_bytes()) {
                Ok(Value::Array(array)) => array.values().for_each(|value| writer.value(value)),
                Ok(_) => return Err(EncodeError::BadCharacter { field: "parameters", at: 0 }),
                Err(fault) => return Err(EncodeError::BadCharacter { field: "parameters", at: fault.at }),
            },
        }
        writer.finish()
    }
}
