#!/usr/bin/env python3
"""G90 against the Python library pyg90alarm, over loopback, both ways.

Usage: g90_interop.py PANELCTL

1. The library's G90Alarm against `panelctl simulate g90`: commands and lists, then notifications and alerts over UDP.
2. The library's cloud server against the cloud connection of `panelctl simulate g90`, alone and in front of `panelctl watch g90 cloud`.

Prints what it checks; ends with 1 at the first thing that is not as it should be.
"""

import asyncio
import logging
import pathlib
import socket
import sys
import time

import programs as peers
from programs import PATIENCE, Failure, running

from pyg90alarm import G90Alarm
from pyg90alarm.entities.sensor import G90SensorUserFlags
from pyg90alarm.local.alert_config import G90AlertConfigFlags
from pyg90alarm.local.discovery import G90Discovery
from pyg90alarm.local.targeted_discovery import G90TargetedDiscovery

HOST = "127.0.0.1"
GUID = "GA00000A0000001"


def free_port(kind):
    """A port that nobody has. Somebody could take it before it is used, which the caller would notice."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def check(what, found, expected):
    if found != expected:
        raise Failure(f"{what}: found {found!r}, expected {expected!r}")
    peers.count()


class Complaints(logging.Handler):
    """What the library is not content with."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []

    def emit(self, record):
        line = record.getMessage() + (f": {record.exc_info[1]!r}" if record.exc_info else "")
        # It looks for the panel's own SOS button among the sensors.
        if "name=Host SOS" not in line:
            self.lines.append(line)


class Heard:
    """All that the library's callbacks are told."""

    NAMES = [
        "sensor", "door_open_close", "armdisarm", "alarm", "low_battery", "sos", "remote_button_press", "rfid_keypad",
        "door_open_when_arming", "tamper",
    ]

    def __init__(self, alarm):
        self.all = []
        for name in self.NAMES:
            setattr(alarm, f"{name}_callback", self._note(name))

    def _note(self, name):
        def note(*args):
            self.all.append((name, *[getattr(arg, "name", arg) for arg in args]))

        return note

    async def wait_for(self, *expected):
        """Waits until this was told, and forgets all before it."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for at, told in enumerate(self.all):
                if told[: len(expected)] == expected:
                    del self.all[: at + 1]
                    peers.count()
                    return
            await asyncio.sleep(0.01)
        raise Failure(f"the library was not told of {expected}, only {self.all}")


async def commands_and_lists(programs, panelctl):
    print("the library against the simulated panel: commands and lists")
    panel = running(
        programs, "panel", panelctl, "simulate", "g90", "--listen", f"{HOST}:0", "--discovery", f"{HOST}:0", "--sensors", "25",
        "--script", "-",
    )
    port = int(panel.wait_for(r"listening on 127\.0\.0\.1:(\d+)").group(1))
    probe_port = int(panel.wait_for(rf"asked for as {GUID} on 127\.0\.0\.1:(\d+)").group(1))
    alarm = G90Alarm(HOST, port)

    info = await alarm.get_host_info()
    check("host info", (info.host_guid, info.product_name, info.wifi_protocol_version), (GUID, "TSV018-C3SIA", "1.2"))
    check("battery", info.battery_voltage, "4242")
    check("arm state", (await alarm.get_host_status()).host_status.name, "DISARM")

    # Three pages.
    sensors = await alarm.get_sensors()
    check("sensors", [(sensor.index, sensor.name) for sensor in sensors], [(at, f"Door {at}") for at in range(25)])
    check("kind of a sensor", (sensors[7].type.name, sensors[7].definition.name), ("DOOR", "Door Sensor: WDS07"))
    devices = await alarm.get_devices()
    # The library makes one of each outlet.
    check("devices", [(device.index, device.subindex) for device in devices], [(0, 0), (1, 0), (1, 1), (1, 2), (1, 3)])

    # Sensor settings.
    await sensors[3].set_enabled(False)
    check("enabled", (await alarm.get_sensors())[3].enabled, False)
    await sensors[3].set_flag(G90SensorUserFlags.ARM_DELAY, True)
    await sensors[3].set_name("Cellar")
    changed = (await alarm.get_sensors())[3]
    check("changed sensor", (changed.name, changed.get_flag(G90SensorUserFlags.ARM_DELAY)), ("Cellar", True))

    # Arming.
    for name, step in [("ARM_AWAY", alarm.arm_away), ("ARM_HOME", alarm.arm_home), ("DISARM", alarm.disarm)]:
        await step()
        check("arm state", (await alarm.get_host_status()).host_status.name, name)
    panel.wait_for(r"^panel armed, away", r"^panel armed, home", r"^panel disarmed")

    # Devices.
    await devices[3].turn_on()
    await devices[3].turn_off()
    panel.wait_for(r"^device 1 outlet 2 on", r"^device 1 outlet 2 off")

    # Registration of a device, and of nothing.
    lamp = await alarm.register_device("Socket: Single channel", "Porch", timeout=10)
    check("registered device", (lamp.name, lamp.index), ("Porch", 5))
    panel.wait_for(r"^device 5 added")
    await lamp.delete()
    check("devices after deletion", [device.name for device in await alarm.get_devices() if not device.is_unavailable].count("Porch"), 0)

    # History: what was armed above, newest first.
    history = await alarm.history(1, 10)
    check("history", sorted(row.state.name for row in history), ["ARM_AWAY", "ARM_HOME", "DISARM"])

    # Configuration.
    config = await alarm.host_config()
    check("host configuration", (config.alarm_siren_duration, config.speech_language.name), (900, "ENGLISH_FEMALE"))
    config.arm_delay = 17
    await config.save()
    check("changed configuration", (await alarm.host_config(force=True)).arm_delay, 17)
    phones = await alarm.alarm_phones()
    phones.sms_push_number_1 = "5551234"
    await phones.save()
    check("changed phones", (await alarm.alarm_phones(force=True)).sms_push_number_1, "5551234")
    network = await alarm.net_config()
    network.apn_name = "internet"
    await network.save()
    check("changed network", (await alarm.net_config(force=True)).apn_name, "internet")
    sia = await alarm.sia_config()
    sia.port = 4711
    await sia.save()
    check("changed SIA", (await alarm.sia_config(force=True)).port, 4711)
    cid = await alarm.cid_config()
    cid.user = "1234"
    await cid.save()
    check("changed CID", (await alarm.cid_config(force=True)).user, "1234")
    await alarm.alert_config.set_flag(G90AlertConfigFlags.DOOR_CLOSE, False)
    check("alerts", await alarm.alert_config.get_flag(G90AlertConfigFlags.DOOR_CLOSE), False)
    check("check values", len(vars(await alarm.get_user_data_crc())), 6)

    # System commands are not answered.
    await alarm.mcu_reboot()
    await alarm.set_cloud_server_address("192.0.2.1", 5678)
    panel.wait_for(r"^system command 1123", r"^system command 1,78=192\.0\.2\.1&192\.0\.2\.1&5678")

    # Discovery.
    found = (await G90Discovery(host=HOST, port=port, timeout=1).process()).devices
    check("broadcast discovery", [(device.guid, device.port) for device in found], [(GUID, port)])
    targeted = G90TargetedDiscovery(device_id=GUID, host=HOST, port=probe_port, local_port=free_port(socket.SOCK_DGRAM), timeout=1)
    found = (await targeted.process()).devices
    check("targeted discovery", [(device.product_name, device.fw_version) for device in found], [("TSV018-C3SIA", "1.8")])
    panel.tell("quit")
    panel.end()


async def what_happens(panel, alarm, heard):
    """Everything that a house can do, and what the library makes of it."""
    panel.tell("sensor 0 active")
    await heard.wait_for("sensor", 0, "Front door", True)
    await heard.wait_for("door_open_close", 0, "Front door", True)
    panel.tell("sensor 0 close")
    await heard.wait_for("door_open_close", 0, "Front door", False)
    panel.tell("sensor 1 active")
    await heard.wait_for("sensor", 1, "Hall", True)
    panel.tell("alarm 2")
    await heard.wait_for("alarm", 2, "Kitchen")
    panel.tell("tamper 1")
    await heard.wait_for("tamper", 1, "Hall")
    panel.tell("low-battery 2")
    await heard.wait_for("low_battery", 2, "Kitchen")
    panel.tell("open-when-arming 0")
    await heard.wait_for("door_open_when_arming", 0, "Front door")
    panel.tell("button 3 disarm")
    await heard.wait_for("remote_button_press", 3, "Key ring", "DISARM")
    panel.tell("button 3 sos")
    await heard.wait_for("sos", 3, "Key ring", False)
    panel.tell("sos")
    await heard.wait_for("sos", 1, "Host SOS", True)
    panel.tell("key 4 away")
    await heard.wait_for("rfid_keypad", 4, "Entrance", "ARM_AWAY")
    panel.tell("card 4 2")
    await heard.wait_for("rfid_keypad", 4, "Entrance", "CARD_2")
    panel.tell("arm away")
    await heard.wait_for("armdisarm", "ARM_AWAY")
    await alarm.disarm()
    await heard.wait_for("armdisarm", "DISARM")


async def notifications(programs, panelctl):
    print("the library against the simulated panel: notifications and alerts over UDP")
    port = free_port(socket.SOCK_DGRAM)
    panel = running(
        programs, "panel", panelctl, "simulate", "g90", "--listen", f"{HOST}:0", "--notify-to", f"{HOST}:{port}", "--script", "-"
    )
    alarm = G90Alarm(HOST, int(panel.wait_for(r"listening on 127\.0\.0\.1:(\d+)").group(1)))
    await alarm.use_local_notifications(HOST, port)
    await alarm.listen_notifications()
    heard = Heard(alarm)
    await alarm.get_sensors()
    await what_happens(panel, alarm, heard)

    # Registration of a sensor waits for the notification of it.
    sensor = await alarm.register_sensor("Door Sensor: WDS07", "Attic", timeout=20)
    check("registered sensor", (sensor.name, sensor.index), ("Attic", 5))
    panel.tell("sensor 5 active")
    await heard.wait_for("sensor", 5, "Attic", True)

    # The same from the history, for panels that tell nothing.
    await alarm.close_notifications()
    await alarm.start_simulating_alerts_from_history(interval=0.2)
    # The first reading only says where the history begins.
    await asyncio.sleep(1)
    panel.tell("alarm 2")
    await heard.wait_for("alarm", 2, "Kitchen")
    await alarm.stop_simulating_alerts_from_history()
    await alarm.close_notifications()
    history = await alarm.history(1, 30)
    states = {row.state.name for row in history if row.state}
    check("history", {"DOOR_OPEN", "DOOR_CLOSE", "ALARM", "TAMPER", "ARM_AWAY", "DISARM", "RFID_CARD_2"} - states, set())
    panel.tell("quit")
    panel.end()


async def cloud(programs, panelctl):
    print("the library's cloud server against the simulated panel")
    port = free_port(socket.SOCK_STREAM)
    panel = running(
        programs, "panel", panelctl, "simulate", "g90", "--listen", f"{HOST}:0", "--cloud", f"{HOST}:{port}", "--script", "-"
    )
    alarm = G90Alarm(HOST, int(panel.wait_for(r"listening on 127\.0\.0\.1:(\d+)").group(1)))
    await alarm.use_cloud_notifications(HOST, port, HOST, port, upstream_host=None)
    await alarm.listen_notifications()
    heard = Heard(alarm)
    # The script ends its line when the cloud has answered the hello.
    panel.tell("wait cloud")
    await asyncio.to_thread(panel.wait_for, r"^the cloud answers")
    await alarm.get_sensors()
    await what_happens(panel, alarm, heard)
    # A connection that ends is made again.
    panel.tell("drop-cloud")
    await asyncio.to_thread(panel.wait_for, r"^no connection to the cloud", r"^the cloud is connected", r"^the cloud answers")
    panel.tell("sensor 1 active")
    await heard.wait_for("sensor", 1, "Hall", True)
    check("heard of the panel", alarm.last_device_packet_time is not None, True)
    panel.tell("quit")
    panel.end()
    await alarm.close_notifications()


async def cloud_in_front_of_ours(programs, panelctl):
    print("the library's cloud server between the simulated panel and our server")
    server = running(programs, "server", panelctl, "watch", "g90", "cloud", "--listen", f"{HOST}:0", "--lines")
    upstream = int(server.wait_for(r"listening on 127\.0\.0\.1:(\d+)").group(1))
    port = free_port(socket.SOCK_STREAM)
    panel = running(
        programs, "panel", panelctl, "simulate", "g90", "--listen", f"{HOST}:0", "--cloud", f"{HOST}:{port}", "--script", "-"
    )
    alarm = G90Alarm(HOST, int(panel.wait_for(r"listening on 127\.0\.0\.1:(\d+)").group(1)))
    await alarm.use_cloud_notifications(HOST, port, HOST, port, upstream_host=HOST, upstream_port=upstream)
    await alarm.listen_notifications()
    heard = Heard(alarm)
    # It is our server that answers now.
    await asyncio.to_thread(panel.wait_for, r"^the cloud answers")
    await asyncio.to_thread(server.wait_for, rf"panel {GUID}, firmware 207")
    panel.tell("alarm 2")
    await heard.wait_for("alarm", 2, "Kitchen")
    await asyncio.to_thread(server.wait_for, r"StatusChangeAlarm +sensor 2 .Kitchen. smoke state 254", r"panel triggered")
    check("heard of the cloud", alarm.last_upstream_packet_time is not None, True)
    panel.tell("quit")
    panel.end()
    await alarm.close_notifications()


async def everything(programs, panelctl, complaints):
    # In one event loop: the library has a lock that belongs to the first.
    for part in (commands_and_lists, notifications, cloud, cloud_in_front_of_ours):
        await part(programs, panelctl)
        check("complaints of the library", complaints.lines, [])


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    panelctl = str(pathlib.Path(sys.argv[1]).resolve())
    complaints = Complaints()
    logging.getLogger("pyg90alarm").addHandler(complaints)
    programs = []
    try:
        asyncio.run(everything(programs, panelctl, complaints))
    except Failure as failure:
        for line in complaints.lines:
            print(f"pyg90alarm: {line}", file=sys.stderr)
        print(f"FAILED: {failure}", file=sys.stderr)
        sys.exit(1)
    finally:
        for program in programs:
            program.kill()
    print(f"{peers.checks} checks passed")


if __name__ == "__main__":
    main()
