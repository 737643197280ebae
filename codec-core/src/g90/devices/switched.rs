//! Devices that panels can switch, by name.

use super::Definition;

/// Columns as of the sensors.
#[rustfmt::skip]
pub(super) static TABLE: [Definition; 22] = [
    Definition::new("Wired", [254, 0, 5], [0, 0], "00", [1, 1], 1480, 1),
    Definition::new("Socket: S07", [128, 3, 0], [0, 2], "060A0600", [1, 1], 1190, 1),
    Definition::new("Socket: JDQ", [128, 0, 0], [0, 2], "0707070B0B0D0D0E0E00", [1, 1], 1480, 4),
    Definition::new("Socket: Single channel", [128, 1, 0], [0, 2], "07070700", [1, 1], 1480, 1),
    Definition::new("Socket Switch", [128, 4, 0], [0, 2], "050D0500", [1, 1], 840, 1),
    Definition::new("Socket: 3 channel", [128, 5, 0], [0, 2], "070A0E080D060B00", [1, 1], 960, 3),
    Definition::new("Socket: 4 channel", [128, 6, 0], [0, 2], "0B0D0E0B0C090A070800", [1, 1], 960, 4),
    Definition::new("Curtain: Rolling", [130, 0, 0], [0, 7], "070B0E0D0C09030100", [1, 1], 960, 1),
    Definition::new("Curtain", [130, 1, 3], [0, 7], "0804010200", [1, 2], 500, 1),
    Definition::new("Curtain: Sliding", [130, 1, 0], [0, 7], "0E0B0E0D0C09030100", [1, 1], 960, 1),
    Definition::new("Curtain: Push", [130, 2, 0], [0, 7], "070B0E0D0C09030100", [1, 1], 960, 1),
    Definition::new("Air Conditioner", [133, 0, 2], [0, 0], "00", [1, 1], 800, 1),
    Definition::new("TV", [135, 0, 2], [0, 0], "00", [1, 1], 800, 1),
    Definition::new("Siren: SS08", [129, 0, 0], [0, 2], "FEFEF600", [1, 2], 1480, 1),
    Definition::new("Siren: SS07A", [129, 4, 0], [0, 2], "FEFEF600", [1, 2], 1480, 1),
    Definition::new("Siren: SS04", [129, 5, 1], [0, 2], "FCFCCF00", [1, 2], 1480, 1),
    Definition::new("Siren: SS02B", [129, 1, 1], [0, 2], "FCFCCF00", [1, 2], 1480, 1),
    Definition::new("Siren: Solar", [129, 2, 0], [0, 2], "FEFEFD00", [1, 2], 2200, 1),
    Definition::new("Night Light", [138, 0, 0], [0, 2], "060A0600", [1, 1], 1190, 1),
    Definition::new("Socket: 2.4G", [140, 1, 0], [0, 0], "00", [1, 1], 960, 1),
    Definition::new("Siren: 2.4G", [141, 1, 0], [0, 0], "00", [1, 2], 2200, 1),
    Definition::new("Curtain: 2.4G", [144, 1, 0], [0, 0], "00", [1, 1], 960, 1),
];
