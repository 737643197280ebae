#!/bin/sh
# run.sh IMAGE: starts it on QEMU's mps2-an385 and shows its log. The configuration is in BRIDGE_CONFIG, words with white space between;
# 10.0.2.2 is this computer. The JSON port is 4000.
set -eu
arguments=arg=bridge
for word in ${BRIDGE_CONFIG:-ness=10.0.2.2:2401}; do
    arguments=$arguments,arg=$word
done
qemu-system-arm -M mps2-an385 -display none -serial null -monitor none -semihosting-config "enable=on,target=native,$arguments" \
    -nic user,model=lan9118,hostfwd=tcp:127.0.0.1:4000-:4000 -kernel "$1" | defmt-print -e "$1"
