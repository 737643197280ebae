#!/usr/bin/env python3
"""Ness against the Python library nessclient, over loopback, both ways.

Usage: ness_interop.py PANELCTL

1. nessclient's client against `panelctl simulate ness`, in both dialects of the simulator.
2. `panelctl watch` and `panelctl send` against nessclient's mock panel.

Prints what it checks; ends with 1 at the first thing that is not as it should be.
"""

import json
import os
import pathlib
import subprocess
import sys

import programs as peers
from programs import PATIENCE, Failure, running

HERE = pathlib.Path(__file__).resolve().parent
CODE = "1234"


def client_against_our_panel(programs, panelctl, dialect):
    print(f"nessclient's client against the simulated panel, {dialect} dialect")
    panel = running(
        programs, "panel", panelctl, "simulate", "ness", "--listen", "127.0.0.1:0", "--script", "-",
        "--exit-delay", "1", "--entry-delay", "1", "--alarm-time", "0", "--dialect", dialect, "--zones", "32",
        "--model", "D32X", "--panel-version", "8.7",
    )
    port = panel.wait_for(r"listening on 127\.0\.0\.1:(\d+)").group(1)
    client = running(
        programs, "client", sys.executable, str(HERE / "ness_client.py"), "127.0.0.1", port, "--update-interval", "600",
        "--no-initial-update",
    )
    client.wait_for(r"^CONNECTED")

    # The initial state, then model and version.
    client.tell("update")
    client.wait_for(r"^STATE DISARMED", r"^ZONE 1 closed", r"^ZONE 32 closed")
    client.tell("panel_info")
    client.wait_for(r"^PANEL D32X 8\.7")

    # Zones, by event and by poll.
    panel.tell("zone 3 open")
    client.wait_for(r"^ZONE 3 open")
    panel.tell("zone 20 open")
    client.wait_for(r"^ZONE 20 open")
    client.tell("update")
    client.wait_for(r"ZoneUpdate_1_16 .*included_zones=ZONE_3 ", r"ZoneUpdate_17_32 .*included_zones=ZONE_20 ")
    panel.tell("zone 3 close")
    panel.tell("zone 20 close")
    client.wait_for(r"^ZONE 3 closed", r"^ZONE 20 closed")

    # Auxiliary outputs, which the client learns of from a status only.
    client.tell("aux 2 on")
    client.tell("update")
    client.wait_for(r"^AUX 2 on")
    client.tell("aux 2 off")
    client.tell("update")
    client.wait_for(r"^AUX 2 off")

    # A wrong code does nothing.
    client.tell("arm_away 4321")
    client.tell("update")
    client.wait_for(r"^EVENT ArmingUpdate .*status=- ")

    # Away: exit delay, armed, entry delay, alarm, disarm.
    client.tell(f"arm_away {CODE}")
    client.wait_for(r"^STATE ARMING ARMED_AWAY", r"^STATE EXIT_DELAY ARMED_AWAY", r"^STATE ARMED ARMED_AWAY")
    client.tell("update")
    client.wait_for(r"ArmingUpdate .*status=AREA_1_ARMED\+AREA_1_FULLY_ARMED ")
    panel.tell("zone 5 open")
    client.wait_for(r"^ZONE 5 open", r"^STATE ENTRY_DELAY ARMED_AWAY")
    client.tell("update")
    client.wait_for(r"ArmingUpdate .*status=AREA_1_ARMED\+AREA_1_FULLY_ARMED\+ENTRY_DELAY_1_ON ")
    client.wait_for(r"^STATE TRIGGERED ARMED_AWAY")
    client.tell(f"disarm {CODE}")
    client.wait_for(r"^STATE DISARMED -")
    panel.tell("zone 5 close")
    client.wait_for(r"^ZONE 5 closed")

    # Home, and away without a code, disarmed in the exit delay.
    client.tell(f"arm_home {CODE}")
    client.wait_for(r"^STATE ARMING ARMED_HOME", r"^STATE EXIT_DELAY ARMED_HOME", r"^STATE ARMED ARMED_HOME")
    client.tell(f"disarm {CODE}")
    client.wait_for(r"^STATE DISARMED -")
    client.tell("arm_away")
    client.wait_for(r"^STATE EXIT_DELAY ARMED_AWAY")
    client.tell(f"disarm {CODE}")
    client.wait_for(r"^STATE DISARMED -")

    if dialect == "panel":
        # What the library's mock panel never sends: the other events that the client can decode.
        for words, event in [
            ("mains off", "POWER_FAILURE"),
            ("mains on", "POWER_NORMAL"),
            ("battery panel low", "BATTERY_FAILURE"),
            ("battery panel ok", "BATTERY_NORMAL"),
            ("tamper 4 open", "TAMPER_UNSEALED"),
            ("tamper 4 close", "TAMPER_NORMAL"),
            ("supervision 4 lost", "SUPERVISION_FAILURE"),
            ("supervision 4 ok", "SUPERVISION_NORMAL"),
            ("exclude 4 on", "MANUAL_EXCLUDE"),
            ("exclude 4 off", "MANUAL_INCLUDE"),
            ("auto-exclude 4 on", "AUTO_EXCLUDE"),
            ("auto-exclude 4 off", "AUTO_INCLUDE"),
            ("reporting fail", "REPORT_FAILURE"),
            ("reporting ok", "REPORT_NORMAL"),
            ("clock", "REAL_TIME_CLOCK"),
            ("arming-delayed 1", "ARMING_DELAYED"),
            ("aux 3 on", "OUTPUT_ON"),
            ("aux 3 off", "OUTPUT_OFF"),
            ("arm night", "ARMED_NIGHT"),
            ("disarm", "DISARMED"),
            ("arm vacation", "ARMED_VACATION"),
            ("disarm", "DISARMED"),
            ("arm highest", "ARMED_HIGHEST"),
            ("disarm", "DISARMED"),
            ("arm day", "ARMED_DAY"),
            ("disarm", "DISARMED"),
            ("alarm 6", "ALARM"),
            ("disarm", "ALARM_RESTORE"),
        ]:
            panel.tell(words)
            client.wait_for(rf"^EVENT SystemStatusEvent .*type={event} ")
        client.tell("panic 1234")
        client.wait_for(r"^ERROR panic|^OK panic")

    client.never(r"^(LOST|ERROR)")
    panel.never(r"bad|fault")
    client.tell("quit")
    client.end()
    panel.tell("quit")
    panel.end()


def our_controller_against_the_mock_panel(programs, panelctl):
    print("our controller against nessclient's mock panel")
    mock = running(
        programs, "mock panel", sys.executable, str(HERE / "ness_panel.py"), "0", "--zones", "32", "--model", "D32X", "--version", "8.7",
        "--exit-delay", "1", "--entry-delay", "1",
    )
    port = mock.wait_for(r"^READY (\d+)").group(1)
    address = f"tcp://127.0.0.1:{port}"
    watch = running(programs, "watch", panelctl, "watch", "ness", address, "--json", "--update-interval", "600")

    def send(*words, expect=0):
        """Runs `panelctl send` and returns what it says."""
        command = [panelctl, "send", "ness", "--json", address, *words]
        done = subprocess.run(command, env={**os.environ, "PANELCTL_CODE": CODE}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
        if done.returncode != expect:
            raise Failure(f"send {words} ended with {done.returncode}: {done.stdout}{done.stderr}")
        if CODE in done.stdout + done.stderr:
            raise Failure(f"send {words} shows the code")
        peers.count(2)
        return json.loads(done.stdout.splitlines()[-1])

    def area(state, mode=None):
        return rf'"area":0,"state":"{state}"' + (rf',"mode":"{mode}"' if mode else "")

    watch.wait_for(area("disarmed"), r'"D32X"')
    mock.tell("zone 3 open")
    watch.wait_for(r'"zone":3,.*"open"')
    mock.tell("zone 20 open")
    watch.wait_for(r'"zone":20,.*"open"')
    mock.tell("zone 3 close")
    mock.tell("zone 20 close")
    watch.wait_for(r'"zone":3,', r'"zone":20,')

    answer = send("panel-info")
    if "D32X" not in json.dumps(answer) or "8.7" not in json.dumps(answer):
        raise Failure(f"panel-info says {answer}")
    send("status", "00")
    # The mock panel does not know this request, and does not answer.
    send("status", "05", expect=3)

    send("arm-away")
    watch.wait_for(area("arming", "away"), area("exit_delay", "away"), area("armed", "away"))
    mock.tell("zone 5 open")
    watch.wait_for(r'"zone":5,.*"open"', area("entry_delay", "away"), area("triggered", "away"))
    send("disarm")
    watch.wait_for(area("disarmed"))
    mock.tell("zone 5 close")
    send("arm-home")
    watch.wait_for(area("arming", "home"), area("armed", "home"))
    send("disarm")
    watch.wait_for(area("disarmed"))
    for mode in ["night", "vacation"]:
        mock.tell(f"arm {mode}")
        watch.wait_for(area("armed", mode))
        mock.tell("disarm")
        watch.wait_for(area("disarmed"))
    send("aux", "2", "on")
    watch.wait_for(r'"output":2,"on":true')
    send("aux", "2", "off")
    watch.wait_for(r'"output":2,"on":false')
    watch.never(r'"fault"')

    # A panel that goes away and comes back.
    mock.tell("quit")
    mock.end()
    watch.wait_for(r"(?i)not connected|down|closed|retry")
    mock = running(programs, "mock panel, again", sys.executable, str(HERE / "ness_panel.py"), port, "--exit-delay", "1", "--entry-delay", "1")
    mock.wait_for(r"^READY")
    watch.wait_for(area("disarmed"))
    mock.tell("zone 7 open")
    watch.wait_for(r'"zone":7,.*"open"')
    mock.tell("quit")
    mock.end()


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    panelctl = str(pathlib.Path(sys.argv[1]).resolve())
    programs = []
    try:
        client_against_our_panel(programs, panelctl, "panel")
        client_against_our_panel(programs, panelctl, "library")
        our_controller_against_the_mock_panel(programs, panelctl)
    except (Failure, subprocess.TimeoutExpired) as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        sys.exit(1)
    finally:
        for program in programs:
            program.kill()
    print(f"{peers.checks} checks passed")


if __name__ == "__main__":
    main()
