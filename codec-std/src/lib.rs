//! Drivers, simulators and tools around `codec-core`.
