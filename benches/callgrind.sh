#!/bin/sh
# Instructions per line (Ness), per byte (Ksenia, KTS) and per message (G90) of every contender, by callgrind. Needs valgrind. Ends with 1 if a
# count is 0: a function name that matches nothing gives 0 and no error.
set -eu
cd "$(dirname "$0")/.."
cargo build --release -p benches
binary="${CARGO_TARGET_DIR:-target}/release/benches"
out=$(mktemp)
trap 'rm -f "$out"' EXIT
printf '%-10s %9s %9s %9s\n' 'ins/line' ours ordinary limit
for task in decode stream encode request; do
    row=''
    for who in ours naive limit; do
        case="${who}_$task"
        items=$(valgrind --tool=callgrind --toggle-collect="benches::$who::$case" --callgrind-out-file="$out" \
            "$binary" count "$case" 2>/dev/null)
        total=$(sed -n 's/^\(totals\|summary\): *\([0-9]*\).*/\2/p' "$out" | tail -n 1)
        if [ "${total:-0}" -eq 0 ]; then
            echo "callgrind counted nothing for $case" >&2
            exit 1
        fi
        row="$row $(printf '%9s' $((total / items)))"
    done
    printf '%-10s%s\n' "$task" "$row"
done
printf '\n%-16s %9s %9s\n' 'ins/byte' ours ordinary
for task in ksenia/changes ksenia/answers ksenia/stream ksenia/orders kts/pushes kts/once_pushes kts/objects kts/once_objects \
    kts/segments; do
    row=''
    for who in ours ordinary; do
        family=${task%/*} case="${who}_${task#*/}"
        # Nobody else takes a message in pieces, or has two ways to read it.
        case $case in
            ordinary_stream) case=ordinary_answers ;;
            ordinary_segments | ordinary_once_objects) case=ordinary_objects ;;
            ordinary_once_pushes) case=ordinary_pushes ;;
        esac
        bytes=$(valgrind --tool=callgrind --toggle-collect="benches::$family::$who::$case" --callgrind-out-file="$out" \
            "$binary" count "$family" "$case" 2>/dev/null)
        total=$(sed -n 's/^\(totals\|summary\): *\([0-9]*\).*/\2/p' "$out" | tail -n 1)
        if [ "${total:-0}" -eq 0 ]; then
            echo "callgrind counted nothing for $case" >&2
            exit 1
        fi
        row="$row $(awk "BEGIN { printf \"%9.2f\", $total / $bytes }")"
    done
    printf '%-16s%s\n' "$task" "$row"
done
printf '\n%-10s %9s %9s %9s\n' 'ins/msg' ours checked other
for task in cloud pages; do
    row=''
    for case in "ours_$task" "checked_$task" "other_$task"; do
        # Messages to the cloud are read in one way; pages are compared with serde_json.
        case $case in
            checked_cloud) row="$row $(printf '%9s' -)"; continue ;;
            other_cloud) case=limit_cloud ;;
            other_pages) case=ordinary_pages ;;
        esac
        module=local
        [ "$task" = pages ] || module=cloud
        items=$(valgrind --tool=callgrind --toggle-collect="benches::g90::$module::$case" --callgrind-out-file="$out" \
            "$binary" count g90 "$case" 2>/dev/null)
        total=$(sed -n 's/^\(totals\|summary\): *\([0-9]*\).*/\2/p' "$out" | tail -n 1)
        if [ "${total:-0}" -eq 0 ]; then
            echo "callgrind counted nothing for $case" >&2
            exit 1
        fi
        row="$row $(printf '%9s' $((total / items)))"
    done
    printf '%-10s%s\n' "$task" "$row"
done
