//! Names: what a message is, what a list holds.

use super::words::words;

words! {
    /// What a message is (`CMD`).
    pub enum Verb {
        /// Log in.
        Login = "LOGIN";
        /// Answer to it.
        LoginAnswer = "LOGIN_RES";
        /// Log out.
        Logout = "LOGOUT";
        /// Answer to it.
        LogoutAnswer = "LOGOUT_RES";
        /// Read lists.
        Read = "READ";
        /// Answer to it.
        ReadAnswer = "READ_RES";
        /// From a client: register for changes. From a panel: changes.
        Realtime = "REALTIME";
        /// Answer to a registration, with the state of everything.
        RealtimeAnswer = "REALTIME_RES";
        /// Do something.
        User = "CMD_USR";
        /// Answer to it.
        UserAnswer = "CMD_USR_RES";
        /// Change settings.
        Write = "WRITE_CFG";
        /// Answer to it.
        WriteAnswer = "WRITE_CFG_RES";
        /// Clear memories.
        Clear = "CLEAR";
        /// Answer to it.
        ClearAnswer = "CLEAR_RES";
        /// Ask for versions.
        Version = "SYSTEM_VERSION";
        /// Answer to it.
        VersionAnswer = "SYSTEM_VERSION_RES";
        /// Read the event log.
        Logs = "LOGS";
        /// Answer to it.
        LogsAnswer = "LOGS_RES";
        /// A refusal that belongs to no command.
        Generic = "GENERIC";
        /// The same (simulator).
        Error = "ERROR";
        /// Named by one client, never shown: nothing needs to be done.
        Ping = "PING";
        /// Changes (named by one client, never shown).
        StatusUpdate = "STATUS_UPDATE";
    }
}

impl Verb<'_> {
    /// The answer that a request gets.
    #[must_use]
    pub const fn answer(self) -> Option<Verb<'static>> {
        Some(match self {
            Self::Login => Verb::LoginAnswer,
            Self::Logout => Verb::LogoutAnswer,
            Self::Read => Verb::ReadAnswer,
            Self::Realtime => Verb::RealtimeAnswer,
            Self::User => Verb::UserAnswer,
            Self::Write => Verb::WriteAnswer,
            Self::Clear => Verb::ClearAnswer,
            Self::Version => Verb::VersionAnswer,
            Self::Logs => Verb::LogsAnswer,
            _ => return None,
        })
    }
}

words! {
    /// What a list holds: a member of a content, and a type that can be asked for.
    pub enum Kind {
        /// Outputs.
        Outputs = "OUTPUTS";
        /// Bus sensors.
        BusSensors = "BUS_HAS";
        /// Scenarios.
        Scenarios = "SCENARIOS";
        /// Power lines.
        PowerLines = "POWER_LINES";
        /// Partitions.
        Partitions = "PARTITIONS";
        /// Zones.
        Zones = "ZONES";
        /// Faults.
        Faults = "FAULTS";
        /// Tampers.
        Tampers = "TAMPERS";
        /// Services.
        Services = "SERVICES";
        /// Temperature sensors.
        Temperatures = "TEMPERATURES";
        /// Humidity sensors.
        Humidity = "HUMIDITY";
        /// Cameras.
        Cameras = "IP_CAMERAS";
        /// Rooms.
        Rooms = "ROOMS";
        /// Maps.
        Maps = "MAPS";
        /// Counters.
        Counters = "COUNTERS";
        /// User accounts.
        Accounts = "CFG_ACCOUNTS";
        /// Keypads and readers.
        Keypads = "BUS_UIS";
        /// User profiles.
        Profiles = "PROFILES";
        /// Settings of thermostats.
        Thermostats = "CFG_THERMOSTATS";
        /// Timers.
        ScheduleTimers = "CFG_SCHEDULER_TIMERS";
        /// Holidays.
        Holidays = "CFG_HOLIDAYS";
        /// Bus modules.
        BusModules = "BUS_IOS";
        /// State of outputs.
        OutputStatus = "STATUS_OUTPUTS";
        /// Readings of bus sensors.
        BusSensorStatus = "STATUS_BUS_HA_SENSORS";
        /// State of power lines.
        PowerLineStatus = "STATUS_POWER_LINES";
        /// State of partitions.
        PartitionStatus = "STATUS_PARTITIONS";
        /// State of zones.
        ZoneStatus = "STATUS_ZONES";
        /// State of the panel as a whole.
        SystemStatus = "STATUS_SYSTEM";
        /// Power supply.
        PanelStatus = "STATUS_PANEL";
        /// Connections.
        ConnectionStatus = "STATUS_CONNECTION";
        /// Updates.
        UpdateStatus = "STATUS_UPDATE";
        /// Faults now.
        FaultStatus = "STATUS_FAULTS";
        /// Tampers now.
        TamperStatus = "STATUS_TAMPERS";
        /// State of services.
        ServiceStatus = "STATUS_SERVICES";
        /// Readings of temperature sensors.
        TemperatureStatus = "STATUS_TEMPERATURES";
        /// Readings of humidity sensors.
        HumidityStatus = "STATUS_HUMIDITY";
        /// Readings of counters.
        CounterStatus = "STATUS_COUNTERS";
        /// State of bus modules.
        BusModuleStatus = "STATUS_BUS_IOS";
        /// Zones as programmed.
        ProgramZones = "PRG_ZONES";
        /// Partitions as programmed.
        ProgramPartitions = "PRG_PARTITIONS";
        /// Outputs as programmed.
        ProgramOutputs = "PRG_OUTPUTS";
        /// Thermostats as wired.
        ProgramThermostats = "PRG_THERMOSTATS";
        /// Scenarios as programmed.
        ProgramScenarios = "PRG_SCENARIOS";
        /// Log entries.
        Logs = "LOGS";
        /// Check texts of the programming: one record, no list.
        ProgramCheck = "PRG_CHECK";
        /// Versions: one record, no list.
        Versions = "VER_LITE";
        /// To ask for: everything.
        All = "ALL";
        /// To ask for: everything for users.
        AllForUsers = "USR_ALL";
        /// To ask for, and to write: all settings.
        AllSettings = "CFG_ALL";
        /// To ask for: all states.
        AllStates = "STATUS_ALL";
        /// To ask for: all of the programme.
        AllProgram = "PRG_ALL";
    }
}

/// How many types one READ may ask for: a panel ignores the ones behind without a word (report of a user with a real panel).
pub const MAX_TYPES: usize = 15;

impl Kind<'_> {
    /// Types of the programming, as the document lists them and more: ask for them after a change of [`ProgramCheck`](super::ProgramCheck).
    pub const PROGRAMMING: [Kind<'static>; 19] = [
        Kind::Outputs,
        Kind::BusSensors,
        Kind::Scenarios,
        Kind::PowerLines,
        Kind::Partitions,
        Kind::Zones,
        Kind::Faults,
        Kind::Tampers,
        Kind::Services,
        Kind::Temperatures,
        Kind::Humidity,
        Kind::Cameras,
        Kind::Rooms,
        Kind::Maps,
        Kind::Counters,
        Kind::Accounts,
        Kind::Keypads,
        Kind::Profiles,
        Kind::Thermostats,
    ];

    /// Types of state, which can be read and registered for.
    pub const STATES: [Kind<'static>; 15] = [
        Kind::OutputStatus,
        Kind::BusSensorStatus,
        Kind::PowerLineStatus,
        Kind::PartitionStatus,
        Kind::ZoneStatus,
        Kind::SystemStatus,
        Kind::PanelStatus,
        Kind::ConnectionStatus,
        Kind::UpdateStatus,
        Kind::FaultStatus,
        Kind::TamperStatus,
        Kind::ServiceStatus,
        Kind::TemperatureStatus,
        Kind::HumidityStatus,
        Kind::CounterStatus,
    ];
}

/// Whether an object under this name is a record or a list in disguise, not the wrapper of a client.
#[must_use]
pub fn is_structure(name: &str) -> bool {
    name.starts_with("STATUS_") || name.starts_with("CFG_") || name.starts_with("PRG_") || {
        let kind = Kind::from_text(crate::text::json::Text::new(name));
        !matches!(kind, Kind::Other(_))
    }
}

words! {
    /// Kind of account to log in with (`PAYLOAD_TYPE` of LOGIN).
    pub enum Account {
        /// A user.
        User = "USER";
        /// The panel finds out itself.
        Unknown = "UNKNOWN";
        /// The installer.
        Installer = "INSTALLER";
        /// A supervision station; its code may have letters.
        Supervision = "IP_SUPERV";
        /// A keypad.
        Keypad = "ERGO_T";
        /// A keypad, spelled differently.
        KeypadDash = "ERGO-T";
    }
}

words! {
    /// What a content is, other than a list: `PAYLOAD_TYPE` of the other messages.
    pub enum Form {
        /// Several lists.
        MultipleTypes = "MULTI_TYPES";
        /// A file.
        File = "FILE";
        /// Register for changes.
        Register = "REGISTER";
        /// The state of everything, after that.
        RegisterAck = "REGISTER_ACK";
        /// Changes.
        Changes = "CHANGES";
        /// Switch an output.
        SetOutput = "CMD_SET_OUTPUT";
        /// Exclude or include a zone.
        BypassZone = "CMD_BYP_ZONE";
        /// Run a scenario.
        RunScenario = "CMD_EXE_SCENARIO";
        /// Arm or disarm a partition.
        ArmPartition = "CMD_ARM_PARTITION";
        /// Change a code: a name without a known content.
        ChangePin = "CMD_CHANGE_PIN";
        /// All settings.
        AllSettings = "CFG_ALL";
        /// Ask.
        Request = "REQUEST";
        /// Answer.
        Reply = "REPLY";
        /// Log entries asked for; with some firmware also the answer.
        GetLastLogs = "GET_LAST_LOGS";
        /// Log entries given.
        LastLogs = "LAST_LOGS";
        /// Alarm and tamper memories.
        CyclesOrMemories = "CYCLES_OR_MEMORIES";
        /// Memory of faults.
        FaultsMemory = "FAULTS_MEMORY";
        /// Calls and messages that wait.
        Communications = "COMMUNICATIONS";
        /// A user's session.
        User = "USER";
        /// A refusal.
        Error = "ERROR";
        /// Sign of life (named by one client, never shown).
        Heartbeat = "HEARTBEAT";
    }
}

words! {
    /// Whether a command was carried out (`RESULT`).
    pub enum ResultCode {
        /// Yes.
        Ok = "OK";
        /// No.
        Fail = "FAIL";
    }
}

words! {
    /// Why (`RESULT_DETAIL`). The set is open.
    pub enum Detail {
        /// Logged in.
        LoginOk = "LOGIN_OK";
        /// Wrong code. Trying again by itself may lock the user out.
        LoginFailed = "LOGIN_KO";
        /// Logged out.
        SessionOk = "ID_OK";
        /// Read.
        ReadOk = "READ_OK";
        /// Done.
        Processed = "CMD_PROCESSED";
        /// Written.
        WriteOk = "WRITE_OK";
        /// Versions given.
        VersionOk = "SYSTEM_VERSION_OK";
        /// Log entries given.
        LogsOk = "GET_LAST_LOGS_OK";
        /// File given.
        FileOk = "FILE_OK";
        /// No such file.
        FileNotFound = "FILE_NOT_FOUND";
        /// The session has ended: log in anew, over a new connection.
        NotLogged = "NOT_LOGGED";
        /// Wrong code.
        WrongPin = "WRONG_PIN";
        /// The firmware or the account has no such command.
        NotAvailable = "CMD_NOT_AVAILABLE";
        /// The zone may not be excluded (simulator).
        NotBypassable = "ZONE_NOT_BYPASSABLE";
        /// No such action (simulator).
        UnknownAction = "UNKNOWN_CMD_USR";
        /// No such setting (simulator).
        UnknownSetting = "UNKNOWN_WRITE_CFG_TYPE";
        /// No such command (simulator).
        UnknownCommand = "UNKNOWN_CMD";
        /// Not for this account.
        Unauthorized = "UNAUTHORIZED";
        /// A wrong value.
        InvalidParameter = "INVALID_PARAMETER";
        /// A wrong `PAYLOAD_TYPE`.
        InvalidForm = "INVALID_PAYLOAD_TYPE";
        /// A wrong `CMD`.
        InvalidCommand = "INVALID_CMD";
        /// The panel failed.
        InternalError = "INTERNAL_ERROR";
        /// Not allowed now.
        NotAllowed = "NOT_ALLOWED";
        /// Took too long.
        Timeout = "TIMEOUT";
        /// Not yet.
        Pending = "PENDING";
    }
}
