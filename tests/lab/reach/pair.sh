# Two nodes of one network, anna and build, behind routers of any class. Sourced after case.sh, classes.sh and world.sh.
#
#     pair_world                            the server, the two sites, both nodes members of a network, and stopped
#     join_both                             the same in a world that has its sites already, anna and build
#     bring_together CLASS CLASS            both routers of these classes, both nodes started, online, and introduced
#     path_between                          what anna says of the path to build: direct, relay, tcp, connecting …
#     start_nodes, stop_nodes
#     directly NAME                         after start_nodes: a direct path, and how long it took
#     steady, end_steady, answered_after, longest_gap, lost_since        what echoes say of the path
#     apart, together_again                 the way between the two routers dies, and lives
#     run_cell ROW COLUMN SKEW LOSS         appends a report for each repetition

pair_world() {
    reach_world
    stun_server
    site anna 1
    site build 2
    for name in anna build; do set_class "$name" P; done
    join_both
}

join_both() {
    start_reach_server
    start_nodes
    for name in anna build; do until_true 20 test -S "$lab_dir/$name/vpn.sock"; done
    for name in anna build; do vpn "$name" wait --timeout 40 --quiet || fail "'$name' does not come up" 1; done
    vpn anna create reach --open --quiet >/dev/null
    vpn build join reach --quiet >/dev/null
    declare -gA node_address
    for name in anna build; do node_address[$name]=$(address_of "$name"); done
    stop_nodes
}

bring_together() {
    set_class anna "$1"
    set_class build "$2"
    start_nodes
    both_online
}

# hears_of NAME OTHER: the server told that the other is online
hears_of() { [ "$(json "$1" .online show "$2" 2>/dev/null)" = true ]; }

both_online() {
    for name in anna build; do
        until_true 20 test -S "$lab_dir/$name/vpn.sock"
        vpn "$name" wait --timeout 20 --quiet || fail "'$name' does not come up" 1
    done
    until_true 20 hears_of anna build || fail "anna does not hear of build" 1
}

path_between() { json anna '.path.kind // .state' show build; }

# becomes KIND SECONDS: the path between the two
becomes() {
    local begun=$SECONDS path
    until path=$(path_between) && [ "$path" = "$1" ]; do
        [ $((SECONDS - begun)) -lt "$2" ] || fail "the path is '$path', not '$1'" 1
        sleep 0.05
    done
}

# steady FILE [COUNT [SECONDS]]: echo requests from anna to build inside the tunnel, by default one each 10 ms until end_steady; $ping_pid
steady() {
    start_in anna "$1" ping -D -i "${3-0.01}" -c "${2-60000}" -W 2 "${node_address[build]}"
    ping_pid=$started
    until_true 10 grep 'icmp_seq=50 ' "$1" || fail "no echo comes back" 1
}

end_steady() {
    kill -INT "$ping_pid"
    wait "$ping_pid" || true
}

# echoes FILE: of each that came back: when the request left, when the answer came, its number
echoes() { sed -nE 's/^\[([0-9.]+)\] .* icmp_seq=([0-9]+) .* time=([0-9.]+) ms.*/\1 \2 \3/p' "$1" | awk '{ printf "%.3f %.3f %d\n", $1 - $3 / 1000, $1, $2 }'; }

# answered_after FILE MOMENT: a request was answered that left after the moment, of $EPOCHREALTIME
answered_after() { echoes "$1" | awk -v moment="$2" '$1 > moment { found = 1 } END { exit !found }'; }

# longest_gap FILE: the longest time without an echo that came back, in ms
longest_gap() { echoes "$1" | awk 'NR > 1 && $2 - last > gap { gap = $2 - last } { last = $2 } END { print int(gap * 1000) }'; }

# lost_since FILE MOMENT: the requests without an answer that left after the moment, and before the last that was answered
lost_since() {
    echoes "$1" | awk -v moment="$2" '$1 > moment { seen[$3] = 1; if (!first || $3 < first) first = $3; if ($3 > last) last = $3 }
        END { for (number = first; number <= last; number++) if (!(number in seen)) lost++; print lost + 0 }'
}

# no_more_than WHAT ACTUAL LIMIT
no_more_than() {
    [ "$2" -le "$3" ] || fail "$1: $2, more than $3" 1
}

# apart: nothing passes any more between the two routers, silently; the rest of the internet is well. `together_again` ends it.
apart() {
    on internet nft -f - <<'NFT'
table bridge apart {
    chain every {
        type filter hook forward priority 0
        ip saddr 203.0.113.10 ip daddr 203.0.113.20 drop
        ip saddr 203.0.113.20 ip daddr 203.0.113.10 drop
    }
}
NFT
}
together_again() { on internet nft delete table bridge apart; }

start_reach_server() {
    local host=${server_host-203.0.113.2} toml=$lab_dir/server/server.toml
    line=$(on med env VPN_STATE="$lab_dir/server" "$VPN" server init --host "$host" --quiet --json | jq -r .server)
    sed -i 's|^#* *listen_tls = .*|listen_tls = 443|' "$toml"
    # On both addresses, so that nodes learn what their NAT does (RFC 5780).
    [ -n "${server_host-}" ] || sed -i -e 's|^#* *bind = .*|bind = ["203.0.113.2", "203.0.113.3"]|' \
        -e 's|^#* *other_address = .*|other_address = "203.0.113.3"|' "$toml"
    start_in med "$lab_dir/server.log" env VPN_STATE="$lab_dir/server" "$VPN" server run
    server_pid=$started
    until_true 20 on med bash -c ": </dev/tcp/$host/12975" || fail "the server does not listen" 1
}

# proxy_of NAME: what the site's users would have in their environment
proxy_of() {
    [ "${site_class[$1]-}" != H ] || echo "https_proxy=http://10.${site_number[$1]}.0.1:3128"
}

start_nodes() {
    local name
    declare -gA node_pid
    for name in anna build; do
        # shellcheck disable=SC2046
        start_in "$name" "$lab_dir/$name.log" env VPN_STATE="$lab_dir/$name" $(proxy_of "$name") "$VPN" up --server "$line" --nick "$name"
        node_pid[$name]=$started
    done
}

# Killed, for a node that says goodbye would wait for its server's answer; the server sees the connection end either way.
stop_nodes() {
    local name
    for name in anna build; do
        kill "${node_pid[$name]}" 2>/dev/null || true
    done
    for name in anna build; do
        stop_process "${node_pid[$name]}"
        rm -f "$lab_dir/$name/vpn.sock" # one that had to be killed leaves it, and the next is waited for
    done
}

# seconds_for EXPECTED LOSS: how long to wait for a direct path once a relay carries, or at all. Streams through a relay that lose
# packets take their time.
seconds_for() {
    case $1 in
    R) [ "$2" = 0 ] && echo 5 || echo 10 ;;
    */R) [ "$2" = 0 ] && echo 8 || echo 12 ;;
    *) echo 15 ;;
    esac
}

run_cell() {
    local row=$1 column=$2 skew=$3 loss=$4 number void='' asking='' expected
    expected=$(expected_of "$row" "$column")
    for name in anna build; do wire_set "r_$name" wan0 --loss 0; done
    set_class anna "$row"
    set_class build "$column"
    wire_set r_build wan0 --tcp-delay 0
    for name in anna build; do
        classify "$name" >"$lab_dir/said_$name" &
        asking="$asking $!"
    done
    # The STUN client asks once, and other questions wait for a second. Half of the loss is on each side's way.
    if [ "$loss" != 0 ] || [ "$skew" != 0 ]; then
        # shellcheck disable=SC2086
        wait $asking
        asking=
        wire_set r_build wan0 --tcp-delay "$skew"
        for name in anna build; do wire_set "r_$name" wan0 --loss "$(jq -n "$loss / 2")"; done
    fi
    for number in $(seq "$repetitions"); do
        if [ "$number" -gt 1 ]; then
            # shellcheck disable=SC2086
            [ -z "$asking" ] || wait $asking
            asking=
            forget_flows anna
            forget_flows build
        fi
        run_once "$row" "$column" "$expected" "$skew" "$loss" "$number"
    done >"$lab_dir/runs"
    # shellcheck disable=SC2086
    [ -z "$asking" ] || wait $asking
    void=$(void_of anna "$row" && void_of build "$column")
    jq -c --arg void "$void" '. + (if $void == "" then {} else {void: $void} end)' "$lab_dir/runs" >>"$report"
}

void_of() { # NAME CLASS
    local said
    said=$(cat "$lab_dir/said_$1")
    [ "$said" = "$(claim_of "$2")" ] || echo "$1's router is no $2: $said. "
}

# watch_them SECONDS: what the pair that was just started does; the answer of watch_pair is in $lab_dir/outcome
watch_them() {
    on anna "$root/tests/lab/reach/watch_pair" "$lab_dir/anna/vpn.sock" build "${node_address[build]}" \
        "$lab_dir/build/vpn.sock" anna "${node_address[anna]}" "$lab-build" "$1" "$1" >"$lab_dir/outcome" 2>"$lab_dir/watch.log" ||
        echo '{"met": false, "kind": "none"}' >"$lab_dir/outcome"
}

# directly NAME: watch_them, and the path is direct
directly() {
    watch_them 20
    same "the kind of path" "$(jq -r .kind "$lab_dir/outcome")" direct
    figure "$1" "$(jq .direct_ms "$lab_dir/outcome")" "ms to the direct path"
}

run_once() {
    local row=$1 column=$2 expected=$3 skew=$4 loss=$5 number=$6 limit outcome
    # Where all goes by TCP each of its round trips is later, not the start alone.
    limit=$(($(seconds_for "$expected" "$loss") + (12 * skew + 999) / 1000))
    start_nodes
    watch_them "$limit"
    jq -c --arg row "$row" --arg column "$column" --arg expected "$expected" --argjson skew "$skew" --argjson loss "$loss" \
        --argjson run "$number" --argjson probes "[$(counted anna probes), $(counted build probes)]" \
        '{row: $row, column: $column, expected: $expected, skew: $skew, loss: $loss, run: $run} + . + {probes: $probes}' \
        "$lab_dir/outcome"
    stop_nodes
}

counted() { on "r_$1" nft -j list counter inet count "$2" | jq '.nftables[] | .counter? // empty | .packets'; }
