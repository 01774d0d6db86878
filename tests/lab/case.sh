# What a lab test is made of, besides the small internet of lab.sh. A test sources this file, builds its world, and states what must
# be; the first thing that is not so ends it with the line and the logs.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=tests/lab/lab.sh
. "$root/tests/lab/lab.sh"
: "${VPN:?the binary to test; tests/run sets it}"

lab_begin
trap 'fail "a command failed"' ERR
set -E

fail() {
    trap - ERR
    echo "$(basename "$0"):${BASH_LINENO[${2-0}]}: $1" >&2
    for log in "$lab_dir"/*.log "$lab_dir"/*/vpn.log; do
        [ -s "$log" ] && { echo "--- ${log#"$lab_dir"/}"; tail -n 25 "$log"; } >&2
    done
    exit 1
}

# vpn NODE ARGUMENT…: the real binary, in the node's namespace, with its state
vpn() {
    local name=$1
    shift
    on "$name" env VPN_STATE="$lab_dir/$name" "$VPN" "$@"
}

# refused NODE EXIT_CODE PATTERN ARGUMENT…: the command must fail with this code and a sentence that matches
refused() {
    local name=$1 code=$2 pattern=$3 outcome=0
    shift 3
    on "$name" env VPN_STATE="$lab_dir/$name" timeout 40 "$VPN" "$@" >"$lab_dir/out" 2>"$lab_dir/err" </dev/null || outcome=$?
    [ "$outcome" = "$code" ] || fail "'vpn $*' gave $outcome, not $code: $(cat "$lab_dir/err")" 1
    grep -Eq -- "$pattern" "$lab_dir/err" || fail "'vpn $*' said: $(cat "$lab_dir/err"); expected: $pattern" 1
}

same() { # WHAT ACTUAL EXPECTED
    [ "$2" = "$3" ] || fail "$1 is '$2', not '$3'" 1
}

json() { # NODE FILTER ARGUMENT…: a field of a reading command's JSON
    local name=$1 filter=$2
    shift 2
    vpn "$name" "$@" --json | jq -r "$filter"
}

# serve [SERVER-RUN-ARGUMENT…]: makes the server on first use, runs it; $line is what nodes need, $server_pid the process
serve() {
    [ -n "${line-}" ] || vpn server server init --host 203.0.113.2 --quiet >/dev/null
    line=$(vpn server server init --quiet --json | jq -r .server)
    start_in server "$lab_dir/server.log" env VPN_STATE="$lab_dir/server" "$VPN" server run "$@"
    server_pid=$started
    until_true 20 on server bash -c ': </dev/tcp/203.0.113.2/12975' || fail "the server does not listen" 1
}

# bring_up NODE ARGUMENT…: a daemon in the background, online
bring_up() {
    local name=$1
    shift
    vpn "$name" up --server "$line" --nick "$name" --detach --wait "$@" 2>>"$lab_dir/up.log" || fail "'$name' does not come up" 1
    lab_pids="$lab_pids $(pid_of "$name")"
}

pid_of() { json "$1" .pid status; }
address_of() { json "$1" .address status; }

# The usual world: a server on the internet, anna and build each behind a NAT router of their own, nas on the internet.
usual_world() {
    host server && wire_up server 203.0.113.2 2001:db8::2
    nat_router nat_a 203.0.113.10 10.1.0
    nat_router nat_b 203.0.113.20 10.2.0
    behind anna nat_a 10.1.0 2
    behind build nat_b 10.2.0 2
    host nas && wire_up nas 203.0.113.30 2001:db8::30
}

# together NETWORK NODE…: the first makes an open network, the others join, and each pair becomes direct
together() {
    local network=$1 first=$2 a b
    vpn "$first" create "$network" --open --quiet >/dev/null
    shift 2
    for b in "$@"; do vpn "$b" join "$network" --quiet >/dev/null; done
    for a in "$first" "$@"; do
        for b in "$first" "$@"; do
            [ "$a" = "$b" ] || vpn "$a" wait --for "direct=$b" --timeout 20 --quiet || fail "$a to $b is not direct" 1
        done
    done
}

# steady_ping FROM TO FILE COUNT: COUNT pings, 50 a second, in the background
steady_ping() {
    start_in "$1" "$3" ping -i 0.02 -c "$4" -W 2 "$(address_of "$2")"
    ping_pid=$started
}
lost_of() { sed -nE 's/.* ([0-9]+) packets transmitted, ([0-9]+) received.*/\1 \2/p; s/^([0-9]+) packets transmitted, ([0-9]+) received.*/\1 \2/p' "$1" | tail -n 1 | awk '{print $1 - $2}'; }

# figure NAME VALUE WORDS: what a test measured; for `goals` also a line of $BURI_FIGURES
figure() {
    echo "$1: $2 $3"
    [ -z "${BURI_FIGURES-}" ] || jq -nc --arg name "$1" --argjson value "$2" '{name: $name, value: $value}' >>"$BURI_FIGURES"
}
