//! States of the panel's radios, and choices in its configuration.

use super::macros::codes;

codes! {
    /// State of the cellular module.
    pub enum GsmStatus {
        /// Switched off, or not there.
        PoweredOff = 0, "POWERED_OFF";
        /// No SIM card.
        SimAbsent = 1, "SIM_ABSENT";
        /// No network.
        NoSignal = 2, "NO_SIGNAL";
        /// It works.
        Operational = 3, "OPERATIONAL";
    }
}

codes! {
    /// State of WiFi.
    pub enum WifiStatus {
        /// Switched off.
        PoweredOff = 0, "POWERED_OFF";
        /// No network.
        NotConnected = 1, "NOT_CONNECTED";
        /// On the network, without a connection to the cloud.
        ServerNotConnected = 2, "SERVER_NOT_CONNECTED";
        /// It works.
        Operational = 3, "OPERATIONAL";
    }
}

codes! {
    /// How far the set-up of WiFi is.
    pub enum WifiSetup {
        /// Nobody asked for it.
        Idle = 0, "IDLE";
        /// On the way.
        Connecting = 1, "CONNECTING";
        /// Done.
        Ok = 2, "OK";
        /// No network of that name.
        WrongSsid = 3, "WRONG_SSID";
        /// The password is wrong.
        WrongPassword = 4, "WRONG_PASSWORD";
        /// No connection.
        ConnectionError = 5, "CONNECTION_ERROR";
        /// Something else.
        WifiError = 6, "WIFI_ERROR";
    }
}

codes! {
    /// Language and voice of the panel.
    pub enum SpeechLanguage {
        /// It does not speak.
        None = 0, "NONE";
        /// English, a woman's voice.
        EnglishFemale = 1, "ENGLISH_FEMALE";
        /// English, a man's voice.
        EnglishMale = 2, "ENGLISH_MALE";
        /// Chinese, a woman's voice.
        ChineseFemale = 3, "CHINESE_FEMALE";
        /// Chinese, a man's voice.
        ChineseMale = 4, "CHINESE_MALE";
        /// German, a woman's voice.
        GermanFemale = 5, "GERMAN_FEMALE";
        /// German, a man's voice.
        GermanMale = 6, "GERMAN_MALE";
        /// Spanish, a woman's voice.
        SpanishFemale = 7, "SPANISH_FEMALE";
        /// Spanish, a man's voice.
        SpanishMale = 8, "SPANISH_MALE";
        /// Dutch, a woman's voice.
        DutchFemale = 9, "DUTCH_FEMALE";
        /// Dutch, a man's voice.
        DutchMale = 10, "DUTCH_MALE";
        /// Swedish, a woman's voice.
        SwedishFemale = 11, "SWEDISH_FEMALE";
        /// Swedish, a man's voice.
        SwedishMale = 12, "SWEDISH_MALE";
        /// French, a woman's voice.
        FrenchFemale = 13, "FRENCH_FEMALE";
        /// French, a man's voice.
        FrenchMale = 14, "FRENCH_MALE";
        /// Turkish, a woman's voice.
        TurkishFemale = 15, "TURKISH_FEMALE";
        /// Turkish, a man's voice.
        TurkishMale = 16, "TURKISH_MALE";
        /// Russian, a woman's voice.
        RussianFemale = 17, "RUSSIAN_FEMALE";
        /// Russian, a man's voice.
        RussianMale = 18, "RUSSIAN_MALE";
    }
}

codes! {
    /// How loud something is.
    pub enum Volume {
        /// Not at all.
        Mute = 0, "MUTE";
        /// Low.
        Low = 1, "LOW";
        /// High.
        High = 2, "HIGH";
    }
}

codes! {
    /// How the panel logs in to the cellular data network.
    pub enum ApnAuth {
        /// Not at all.
        None = 0, "NONE";
        /// PAP.
        Pap = 1, "PAP";
        /// CHAP.
        Chap = 2, "CHAP";
        /// Either.
        PapOrChap = 3, "PAP_OR_CHAP";
    }
}

codes! {
    /// Commands to the panel's system, which are never answered.
    pub enum SystemCommand {
        /// Read a setting.
        GetConfiguration = 0, "GET_CONFIGURATION";
        /// Write a setting.
        SetConfiguration = 1, "SET_CONFIGURATION";
        /// Restart the WiFi module.
        WifiReboot = 1006, "WIFI_REBOOT";
        /// Restart the controller.
        McuReboot = 1123, "MCU_REBOOT";
        /// Restart the cellular module.
        GsmReboot = 1129, "GSM_REBOOT";
    }
}

codes! {
    /// Settings of [`SystemCommand::SetConfiguration`].
    pub enum SystemSetting {
        /// Address and port of the cloud server.
        ServerAddress = 78, "SERVER_ADDRESS";
    }
}
