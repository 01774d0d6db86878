# One worker of the reach laboratory: a world with two sites, anna and build, whose routers take the classes of one pair after the other.
# Each run starts both nodes anew, so both learn what their routers do, and are introduced.
#
# usage: VPN=BINARY bash cells.sh FILE REPETITIONS SKEWS LOSSES PAIR…        a pair is ROW:COLUMN; skews in ms and losses in %, with commas
#
# Appends a JSON object to FILE for each run: {row, column, expected, skew, loss, run, void (what the STUN client said, if not what the
# class claims), outcome of watch_pair, probes of each}.
. "$(dirname "${BASH_SOURCE[0]}")/reach.sh"

report=$1 repetitions=$2 skews=${3//,/ } losses=${4//,/ }
shift 4
pair_world
for pair in "$@"; do
    for skew in $skews; do
        for loss in $losses; do run_cell "${pair%:*}" "${pair#*:}" "$skew" "$loss"; done
    done
done
