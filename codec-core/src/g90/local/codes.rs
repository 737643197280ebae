//! The numbers of commands.

/// Defines an enum over a number that keeps values it has no name for.
macro_rules! command_codes {
    ($($(#[$doc:meta])* $variant:ident = $value:literal, $text:literal;)*) => {
        /// What a command asks for: the number that begins requests and replies.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        #[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
        #[non_exhaustive]
        pub enum CommandCode {
            $($(#[$doc])* $variant,)*
            /// A number without a name here.
            Other(u32),
        }

        impl CommandCode {
            /// All that have a name, in ascending order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The meaning of a number on the wire.
            #[must_use]
            pub const fn from_raw(raw: u32) -> Self {
                match raw {
                    $($value => Self::$variant,)*
                    other => Self::Other(other),
                }
            }

            /// The number on the wire.
            #[must_use]
            pub const fn raw(self) -> u32 {
                match self {
                    $(Self::$variant => $value,)*
                    Self::Other(raw) => raw,
                }
            }

            /// The vendor's name in upper case, or `None` for a number without one.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => Some($text),)*
                    Self::Other(_) => None,
                }
            }
        }
    };
}

command_codes! {
    /// Arm state, SIM number and versions.
    GetHostStatus = 100, "GETHOSTSTATUS";
    /// Arm or disarm.
    SetHostStatus = 101, "SETHOSTSTATUS";
    /// List of sensors, in pages.
    GetSensorList = 102, "GETSENSORLIST";
    /// Change one sensor.
    SetSingleSensor = 103, "SETSINGLESENSOR";
    /// Read the host configuration.
    GetHostConfig = 106, "GETHOSTCONFIG";
    /// Write the host configuration.
    SetHostConfig = 107, "SETHOSTCONFIG";
    /// Write the phone numbers.
    SetAlarmPhone = 108, "SETALMPHONE";
    /// Write the arming by time; content unknown.
    SetAutoArm = 109, "SETAUTOARM";
    /// Read the siren settings; content unknown.
    GetSiren = 110, "GETSIREN";
    /// Write the siren settings; content unknown.
    SetSiren = 111, "SETSIREN";
    /// Read the phone numbers.
    GetAlarmPhone = 114, "GETALMPHONE";
    /// Read the arming by time; content unknown.
    GetAutoArm = 115, "GETAUTOARM";
    /// Choose what is reported.
    SetNoticeFlag = 116, "SETNOTICEFLAG";
    /// What is reported.
    GetNoticeFlag = 117, "GETNOTICEFLAG";
    /// Back to factory settings; content unknown.
    SetFactory = 118, "SETFACTORY";
    /// Read the alarm; content unknown.
    GetAlarm = 119, "GETALARM";
    /// Delete a sensor.
    DelSensor = 131, "DELSENSOR";
    /// Add a device.
    AddDevice = 134, "ADDDEVICE";
    /// Register a device; content unknown.
    RegDevice = 135, "REGDEVICE";
    /// Delete a device.
    DelDevice = 136, "DELDEVICE";
    /// Switch a node of a device.
    ControlDevice = 137, "CONTROLDEVICE";
    /// List of devices, in pages.
    GetDeviceList = 138, "GETDEVICELIST";
    /// Read one device; content unknown.
    GetSingleDevice = 139, "GETSINGLEDEVICE";
    /// Change one device.
    SetSingleDevice = 140, "SETSINGLEDEVICE";
    /// Change a room; content unknown.
    SetRoomInfo = 141, "SETROOMINFO";
    /// Read a room; content unknown.
    GetRoomInfo = 142, "GETROOMINFO";
    /// Add a scene; content unknown.
    AddScene = 143, "ADDSCENE";
    /// Delete a scene; content unknown.
    DelScene = 144, "DELSCENE";
    /// Run a scene; content unknown.
    CtlScene = 145, "CTLSCENE";
    /// List of scenes, in pages of unknown rows.
    GetSceneList = 146, "GETSCENELIST";
    /// Read one scene; content unknown.
    GetSingleScene = 147, "GETSINGLESCENE";
    /// Change one scene; content unknown.
    SetSingleScene = 148, "SETSINGLESCENE";
    /// Read rooms and scenes; content unknown.
    GetRoomAndScene = 149, "GETROOMANDSCENE";
    /// Add a rule; content unknown.
    AddIfttt = 150, "ADDIFTTT";
    /// Delete a rule; content unknown.
    DelIfttt = 151, "DELIFTTT";
    /// List of rules, in pages of unknown rows.
    GetIftttList = 152, "GETIFTTTLIST";
    /// Read one rule; content unknown.
    GetSingleIfttt = 153, "GETSINGLEIFTTT";
    /// Change one rule; content unknown.
    SetSingleIfttt = 154, "SETSINGLEIFTTT";
    /// Add a sensor.
    AddSensor = 156, "ADDSENSOR";
    /// Learn a sensor; content unknown.
    LearnSensor = 157, "LEARNSENSOR";
    /// Add a room; content unknown.
    AddRoom = 158, "ADDROOM";
    /// Delete a room; content unknown.
    DelRoom = 159, "DELROOM";
    /// Check values of the panel's lists.
    GetUserDataCrc = 160, "GETUSERDATACRC";
    /// Confirm or cancel the registration of a device.
    SendRegDeviceResult = 162, "SENDREGDEVICERESULT";
    /// Stop learning a sensor; content unknown.
    CancelLearnSensor = 163, "CANCELLEARNSENSOR";
    /// Timer of a rule; content unknown.
    IftttReqTimerId = 164, "IFTTTREQTIMERID";
    /// List of fingerprint locks, in pages of unknown rows.
    GetFpLockList = 165, "GETFPLOCKLIST";
    /// Name a fingerprint lock; content unknown.
    SetFpLockName = 166, "SETFPLOCKNAME";
    /// Name of a fingerprint lock's user; content unknown.
    GetFpLockUserName = 167, "GETFPLOCKUSERNAME";
    /// Name a fingerprint lock's user; content unknown.
    SetFpLockUserName = 168, "SETFPLOCKUSERNAME";
    /// What happened, newest first, in pages.
    GetHistory = 200, "GETHISTORY";
    /// Delete all sensors.
    DelAllSensors = 202, "DELALLSENSORS";
    /// Delete all devices.
    DelAllDevices = 203, "DELALLDEVICES";
    /// Delete all scenes.
    DelAllScenes = 204, "DELALLSCENES";
    /// Delete all rules.
    DelAllIfttt = 205, "DELALLIFTTT";
    /// Identity, versions and states of the panel.
    GetHostInfo = 206, "GETHOSTINFO";
    /// Read the network configuration.
    GetApInfo = 212, "GETAPINFO";
    /// Write the network configuration.
    SetApInfo = 213, "SETAPINFO";
    /// Ping over the mobile network; content unknown.
    PingByGprs = 218, "PINGBYGPRS";
    /// Ping; content unknown.
    Ping = 219, "PING";
    /// Delete all fingerprint locks.
    DelAllLock = 223, "DELALLLOCK";
    /// Read the SIA reporting.
    GetSia = 230, "GETSIA";
    /// Write the SIA reporting.
    SetSia = 231, "SETSIA";
    /// Read the Contact-ID reporting.
    GetCid = 232, "GETCID";
    /// Write the Contact-ID reporting.
    SetCid = 233, "SETCID";
}

impl CommandCode {
    /// Whether replies are pages of a list: `[[total, start, count], row, ...]`, asked for with `[first, last]`.
    #[must_use]
    pub const fn is_paginated(self) -> bool {
        matches!(
            self,
            Self::GetSensorList | Self::GetDeviceList | Self::GetSceneList | Self::GetIftttList | Self::GetFpLockList | Self::GetHistory
        )
    }

    /// The command of that name, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name().is_some_and(|own| own.eq_ignore_ascii_case(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_one_meaning() {
        assert_eq!(CommandCode::ALL.len(), 65);
        assert!(CommandCode::ALL.is_sorted_by_key(|code| code.raw()));
        for raw in 0..300 {
            let code = CommandCode::from_raw(raw);
            assert_eq!(code.raw(), raw);
            assert_eq!(code.name().is_some(), CommandCode::ALL.contains(&code));
            assert!(code.name().is_none_or(|name| CommandCode::from_name(name) == Some(code)));
        }
        assert_eq!(CommandCode::from_name("gethostinfo"), Some(CommandCode::GetHostInfo));
        assert_eq!(CommandCode::from_name("none"), None);
    }
}
