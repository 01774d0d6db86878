# The Python node of tests/interop in a lab test: a second implementation, written from vpn-protocol(7) alone.
#
#     stranger_host                       its host, on the internet
#     stranger SUITE ARGUMENT…            starts it: $python_address, $python_address6
#     asked COMMAND…                      a command for it; $answer is what it says
#     answers EXPECTED COMMAND…           the same, and it must say that
#     told CODE COMMAND…                  the server must refuse it with this code
#     stranger_ends                       after the command `bye`

stranger_host() { host stranger && wire_up stranger 203.0.113.40 2001:db8::40; }

stranger() {
    local suite=$1 word
    shift
    coproc python { exec ip netns exec "$lab-stranger" /usr/bin/python3 "$root/tests/interop/node.py" --server 203.0.113.2 \
        --address 203.0.113.40 --suite "$suite" "$@" 2>>"$lab_dir/stranger-$suite.log"; }
    lab_pids="$lab_pids $python_PID"
    read -r -t 20 word python_address python_address6 <&"${python[0]}" || fail "no Python node in suite $suite" 1
}

say() {
    echo "$*" >&"${python[1]}"
    read -r -t 30 word answer <&"${python[0]}" || fail "no answer to '$*'" 2
}
asked() {
    say "$@"
    [ "$word" = ok ] || fail "'$*': $word $answer" 1
}
answers() {
    local expected=$1
    shift
    asked "$@"
    [ "$answer" = "$expected" ] || fail "'$*' is '$answer', not '$expected'" 1
}
told() {
    local code=$1
    shift
    say "$@"
    case "$word $answer" in "error 0x20 $code: "*) ;; *) fail "'$*': $word $answer, not error $code" 1 ;; esac
}

stranger_ends() {
    exec {python[1]}>&-
    wait "$python_PID"
}

# count_foreign NODE ADDRESS ADDRESS6: counts what comes out of the node's tunnel with another source, or another destination
count_foreign() {
    on "$1" nft -f - <<NFT
add table inet seen
delete table inet seen
table inet seen {
    counter good {}
    counter foreign {}
    chain in {
        type filter hook prerouting priority raw
        iifname "vpn0" ip saddr $2 ip daddr $(address_of "$1") counter name good accept
        iifname "vpn0" ip6 saddr $3 ip6 daddr $(json "$1" .address6 status) counter name good accept
        iifname "vpn0" counter name foreign
    }
}
NFT
}
packets() { on "$1" nft -j list counter inet seen "$2" | jq '.nftables[] | .counter.packets // empty'; }

carries() { # REAL-NODE PYTHON-NODE: everything that a tunnel is for, both ways
    answers 3 icmp "$1" 3
    answers 2 icmp6 "$1" 2
    asked echo "$1"
    on "$1" ping -c 3 -i 0.05 -W 2 -q "$python_address" >/dev/null
    on "$1" ping -6 -c 2 -i 0.05 -W 2 -q "$python_address6" >/dev/null
    vpn "$1" ping -c 1 "$2" >/dev/null
    same "state" "$(json "$1" .state show "$2")" direct
}

refuses() { # REAL-NODE: what is forged, sent twice or broken does not reach the real node's interface
    answers 1 replay "$1"
    answers 0 flip "$1"
    answers 0 probe "$1" bad
    answers 1 probe "$1" good
    count_foreign "$1" "$python_address" "$python_address6"
    answers 1 forge "$1"
    same "packets with addresses of others" "$(packets "$1" foreign)" 0
    same "packets" "$(packets "$1" good)" 1
}
