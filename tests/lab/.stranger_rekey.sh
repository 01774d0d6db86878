# A second implementation of a node, tests/interop, written from vpn-protocol(7) alone: it talks to the real server and to real nodes
# in each suite and both roles, and what a well-behaved server and node must refuse is refused.
. "$(dirname "$0")/case.sh"
usual_world
host stranger && wire_up stranger 203.0.113.40 2001:db8::40
vpn server server init --host 203.0.113.2 --quiet >/dev/null 2>&1
sed -i 's/^#* *suites = .*/suites = ["aes", "chacha", "classic"]/' "$lab_dir/server/server.toml"
line=kept
serve
ed25519=${line#*#}
rsa=$(json server .fingerprint_rsa server init)

# anna has an Ed25519 key and is behind NAT; nas has an RSA key and allows nothing but classic.
mkdir -p "$lab_dir/nas"
echo 'suites = ["classic"]' >"$lab_dir/nas/config.toml"
line="203.0.113.2#$rsa" bring_up nas --key-type rsa
bring_up anna
vpn anna create anna_net --open --quiet >/dev/null
vpn nas create nas_net --open --quiet >/dev/null
stranger=(/usr/bin/python3 "$root/tests/interop/node.py" --server 203.0.113.2 --address 203.0.113.40)

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

# asked COMMAND…: a command for the Python node; $answer is what it says
asked() {
    echo "$*" >&"${python[1]}"
    read -r -t 30 word answer <&"${python[0]}" || fail "no answer to '$*'" 1
    [ "$word" = ok ] || fail "'$*': $word $answer" 1
}
answers() { # EXPECTED COMMAND…
    local expected=$1
    shift
    asked "$@"
    same "'$*'" "$answer" "$expected"
}

carries() { # REAL-NODE PYTHON-NODE ADDRESS ADDRESS6: everything that a tunnel is for, both ways
    answers 3 icmp "$1" 3
    answers 2 icmp6 "$1" 2
    asked echo "$1"
    on "$1" ping -c 3 -i 0.05 -W 2 -q "$3" >/dev/null
    on "$1" ping -6 -c 2 -i 0.05 -W 2 -q "$4" >/dev/null
    vpn "$1" ping -c 1 "$2" >/dev/null
    same "state" "$(json "$1" .state show "$2")" direct
    vpn "$1" list "$1_net" | grep -Eq "$2 .*direct" || fail "the list is: $(vpn "$1" list "$1_net")" 1
}

refuses() { # REAL-NODE ADDRESS ADDRESS6: what is forged, sent twice or broken does not reach the real node's interface
    answers 1 replay "$1"
    answers 0 flip "$1"
    answers 0 probe "$1" bad
    answers 1 probe "$1" good
    count_foreign "$1" "$2" "$3"
    answers 1 forge "$1"
    same "packets with addresses of others" "$(packets "$1" foreign)" 0
    same "packets" "$(packets "$1" good)" 1
}

meet() { # SUITE REAL-NODE KEY FINGERPRINT ADDRESS…
    local suite=$1 peer=$2 key=$3 pin=$4 nick="py$1" roles= word answer address address6 role
    shift 4
    coproc python { exec ip netns exec "$lab-stranger" "${stranger[@]}" --suite "$suite" --key "$key" --fingerprint "$pin" \
        --nick "$nick" --low-order "$@" 2>>"$lab_dir/stranger-$suite.log"; }
    lab_pids="$lab_pids $python_PID"
    read -r -t 20 word address address6 <&"${python[0]}" || fail "no Python node in suite $suite"
    for _ in $(seq 24); do
        asked join "${peer}_net"
        asked tunnel "$peer"
        role=${answer% *}
        same "epoch" "${answer#* }" 0
        vpn "$peer" wait --for "direct=$nick" --timeout 20 --quiet || fail "$peer to $nick is not direct"
        case $roles in *$role*) ;; *)
            roles="$roles $role"
            carries "$peer" "$nick" "$address" "$address6"
            if [ "$role" = initiator ]; then
                for epoch in 1 2 3 0; do
                    answers "$epoch" rekey "$peer"
                    answers 1 icmp "$peer" 1
                done
                same "suite $suite" "$(json "$peer" .epoch show "$nick")" 0
                refuses "$peer" "$address" "$address6"
            else
                refuses "$peer" "$address" "$address6"
                answers kept reconnect
                answers 1 icmp "$peer" 1
            fi
            ;;
        esac
        asked leave "${peer}_net"
        asked closed "$peer"
        case $roles in *initiator*responder* | *responder*initiator*) break ;; esac
    done
    [ "${#roles}" -gt 12 ] || fail "only these roles:$roles"
    asked low_order
    case $answer in [1-9]*' 0') ;; *) fail "key exchanges with a value of low order, tried and accepted: $answer" ;; esac
    asked bye
    exec {python[1]}>&-
    wait "$python_PID"
}

coproc python { exec ip netns exec "$lab-stranger" "${stranger[@]}" --suite 2 --fingerprint "$rsa" --nick py 2>"$lab_dir/s.log"; }
read -r -t 20 word address address6 <&"${python[0]}"
for _ in $(seq 40); do asked join anna_net; asked tunnel anna; [ "${answer% *}" = responder ] && break; asked leave anna_net; asked closed anna; done
echo "role $answer"
vpn anna wait --for direct=py --timeout 20 --quiet
on anna ping -i 0.1 -c 1240 "$address" >"$lab_dir/ping.log" 2>&1 &
ping=$!
echo "watch anna 1 150" >&"${python[1]}"
read -r -t 175 word answer <&"${python[0]}"; echo "$word $answer"
wait $ping || true; tail -n 3 "$lab_dir/ping.log"; grep -o 'icmp_seq=[0-9]*' "$lab_dir/ping.log" | cut -d= -f2 | awk '$1!=last+1{print "gap before " $1} {last=$1}'
json anna .epoch show py; cat "$lab_dir/s.log"
