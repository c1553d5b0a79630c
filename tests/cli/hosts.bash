# hosts.bash - hosts with names: for what goes to one and not to the other.

# at_names STATUS ENTRIES ARGUMENT...: fetch, where one.test and two.test are the origin's names.
at_names() {
	local name arguments=()
	for name in one.test two.test; do
		arguments+=(--resolve "$name:$O_PORT:127.0.0.1")
	done
	fetch "$@" "${arguments[@]}"
}
