# pieces.bash - Metalinks whose files have digests of their pieces.

# pieces_of TARGET LENGTH: the <pieces> of this target's bytes.
pieces_of() {
	printf '<pieces type="sha-1" length="%s">' "$2"
	"$ORIGIN" --body "$1" | split -b "$2" --filter='sha1sum' - |
		sed 's|\([0-9a-f]*\).*|<hash>\1</hash>|'
	printf '</pieces>'
}

# pieced SIZE LENGTH [ELEMENT]... URL...: $CTL/a.meta4, of a.bin, with the bytes of /f?size=SIZE in
# pieces of this length, and further elements; at these URLs, the best first.
pieced() {
	local size=$1 length=$2 elements='' priority=0 item
	shift 2
	for item; do
		if [[ $item == \<* ]]; then
			elements+=$item
		else
			elements+="<url priority=\"$((++priority))\">${item//&/&amp;}</url>"
		fi
	done
	printf '<metalink xmlns="urn:ietf:params:xml:ns:metalink"><file name="a.bin">%s%s</file></metalink>\n' \
		"$(pieces_of "/f?size=$size" "$length")" "$elements" >"$CTL/a.meta4"
}
