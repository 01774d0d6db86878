# What a test of the reach laboratory sources.
# shellcheck source=tests/lab/case.sh
. "$(dirname "${BASH_SOURCE[0]}")/../case.sh"
. "$root/tests/lab/reach/classes.sh"
. "$root/tests/lab/reach/world.sh"
