//! Every member of every Ksenia structure.

use codec_core::ksenia::{
    AccountSettings, AvailableVersions, BoxTemperatures, BusLink, BusSensor, BusSensorStatus, Call, Cloud, ConnectionStatus, Currents,
    Domus, Ethernet, FaultStatus, Hour, LogEntry, Mobile, ModemBoard, Named, Output, OutputStatus, PanelStatus, Partition, PartitionStatus,
    PeakCurrents, Peripheral, PowerLine, PowerLineStatus, ProgramCheck, Scenario, ScheduleTimer, SeasonSettings, SensorReading,
    ServiceStatus, SwitchOff, SystemArm, SystemStatus, SystemTemperatures, SystemTime, SystemVersion, TamperStatus, TelephoneLine,
    TemperatureSensor, TemperatureStatus, Thermostat, ThermostatStatus, ThermostatWiring, Threshold, UpdateProgress, UpdateStatus,
    VersionLite, WebSocket, Zone, ZoneStatus,
};

use crate::text;
use crate::volatile::see;

/// Calls every accessor of a view.
pub trait Members {
    fn look(&self);
}

macro_rules! members {
    ($($view:ident { $($text:ident)*; $($object:ident)*; $($list:ident)* })*) => {
        $(impl Members for $view<'_> {
            fn look(&self) {
                text::object(self.object());
                $(see(self.$text());)*
                $(if let Some(inner) = self.$object() {
                    inner.look();
                })*
                $(if let Some(list) = self.$list() {
                    text::array(list);
                })*
            }
        })*
    };
}

members! {
    AccountSettings { id name level partitions disabled; ;  }
    ScheduleTimer { id name enabled kind hour minute monday tuesday wednesday thursday friday saturday sunday skips_holidays partitions scenario scenario_name; ;  }
    Named { id name label; ;  }
    ConnectionStatus { id internet; mobile telephone ethernet cloud;  }
    Mobile { signal carrier link credit expires address card last_error; board call;  }
    ModemBoard { model imei version; ;  }
    Call { direction; ;  }
    TelephoneLine { link; call;  }
    Ethernet { link address mask gateway name_server_1 name_server_2 netbios_name server_name; web_socket;  }
    WebSocket { security port; ;  }
    Cloud { state channel; ;  }
    FaultStatus { ; ; supply_missing supply_low supply_fault fuse battery_low battery_bad bus_lost radio_lost zone ethernet remote_ethernet telephone mobile card_expired card_credit communication supervision system ip_device_lost }
    TamperStatus { ; ; panel bus_device radio_device jamming bus_lost radio_lost zone ip_device_lost ip_device }
    LogEntry { id time date date_long kind event first second image; ;  }
    Output { id name label other_name visibility category kind mode partitions; ;  }
    OutputStatus { id state position target level_text dimmer_text temperature set_point mode; ;  }
    Partition { id name label exit_delay entry_delay; ;  }
    PartitionStatus { id arming alarm tamper seconds seconds_long exit_delay entry_delay; ;  }
    PowerLine { id name; ;  }
    PowerLineStatus { id consumption production status state; ;  }
    Scenario { id name code category; ;  }
    BusSensor { id kind name; ;  }
    BusSensorStatus { id serial kind state firmware hardware update_available bus; domus link; info }
    Domus { temperature humidity light movement low high; ;  }
    BusLink { kind serial bus; ;  }
    PanelStatus { id mains battery; current peak temperatures; info }
    Currents { panel battery_1 battery_2 charge; ;  }
    PeakCurrents { panel panel_time battery_1 battery_1_time battery_2 battery_2_time charge charge_time; ;  }
    BoxTemperatures { board inside; ;  }
    SystemStatus { id; arm temperatures time; info tamper tamper_memory alarm alarm_memory fault fault_memory }
    SystemArm { description arming; ;  }
    SystemTemperatures { inside outside; ;  }
    SystemTime { unix zone_hours zone_minutes dawn dusk; ;  }
    TemperatureSensor { id name kind thermostat; ;  }
    TemperatureStatus { id temperature; thermostat;  }
    ThermostatStatus { model season output timer; threshold;  }
    Threshold { kind value; ;  }
    SensorReading { id reading humidity; ;  }
    Thermostat { id mode season manual_hours; winter summer switch_off;  }
    SeasonSettings { preset_1 preset_2 preset_3 manual; ; monday tuesday wednesday thursday friday saturday sunday special_day_1 special_day_2 }
    Hour { preset shift; ;  }
    SwitchOff { duration enabled; ;  }
    ThermostatWiring { id name heating cooling; sensor;  }
    Peripheral { kind number; ;  }
    UpdateStatus { id state; progress available;  }
    UpdateProgress { name percentage; ;  }
    AvailableVersions { panel web_server ergo ergo_2; ;  }
    ServiceStatus { id kind state sub_kind; ;  }
    SystemVersion { result detail model brand customer mac boot ip file_system tls os; versions program;  }
    VersionLite { firmware web_server_needed web_server vm_needed vm; ;  }
    ProgramCheck { program configuration; ;  }
    Zone { id name partitions is_command bypass_allowed category is_analogue label status; ;  }
    ZoneStatus { id state bypass tamper alarm fault_memory ohms tilt label tamper_memory alarm_memory; ;  }
}
