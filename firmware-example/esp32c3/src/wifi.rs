//! Connects to the Wi-Fi, and again when it was lost.

use codec_core::Secret;
use embassy_time::Timer;
use esp_radio::wifi::sta::StationConfig;
use esp_radio::wifi::{Config, WifiController};

#[embassy_executor::task]
pub(crate) async fn stay_connected(mut controller: WifiController<'static>, ssid: &'static str, password: Secret<&'static str>) -> ! {
    let station = StationConfig::default().with_ssid(ssid).with_password((*password.expose()).into());
    if let Err(error) = controller.set_config(&Config::Station(station)) {
        // Without the configuration, which has the password in it.
        defmt::error!("name and password of the Wi-Fi cannot be used: {}", error);
    }
    loop {
        match controller.connect_async().await {
            Ok(_) => {
                defmt::info!("in the Wi-Fi");
                let _ = controller.wait_for_disconnect_async().await;
                defmt::warn!("the Wi-Fi is lost");
            }
            Err(error) => defmt::warn!("no Wi-Fi: {}", error),
        }
        Timer::after_secs(5).await;
    }
}
