//! Logging through whatever the board has: defmt, or the crate `log`.

macro_rules! info {
    ($($argument:tt)*) => {{
        #[cfg(feature = "defmt")]
        defmt::info!($($argument)*);
        #[cfg(not(feature = "defmt"))]
        log::info!($($argument)*);
    }};
}

macro_rules! warning {
    ($($argument:tt)*) => {{
        #[cfg(feature = "defmt")]
        defmt::warn!($($argument)*);
        #[cfg(not(feature = "defmt"))]
        log::warn!($($argument)*);
    }};
}

pub(crate) use {info, warning};
