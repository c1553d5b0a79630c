#!/usr/bin/env bash
# The floors of src/: a module includes only floors below its own, a library is met only where
# it belongs, and only what writes for people prints. Also: no file is missing from
# Makefile.am. Speaks TAP; needs nothing built.
#
# To allow something new, change a table here, and say in the commit why the design allows it.
set -u

top=${SRCDIR:-$(dirname "$0")/..}

# Which floors the files of a floor may include. "main" is src/main.c.
floors() {
	cat <<-END
		base    base
		core    core base
		store   store core base
		input   input core base
		report  report core base
		net     net store core base
		engine  engine net store core base
		app     app engine net report input store core base
		cli     cli app engine net report input store core base
		main    cli app core base
	END
}

# Which files may include the headers of a library: header, file (both regular expressions).
# (cli/parse is for --version, which names the libcurl it runs with.)
libraries() {
	cat <<-END
		curl/           base/url[.]|net/|engine/|cli/parse[.]
		ares            net/
		openssl/        store/|net/
		jansson         base/json[.]|report/
		libxml/         base/xml[.]
		zlib            input/
		uni(case|norm|str|conv|ctype)[.]h core/(naming|taken)[.]
	END
}

# Who may print: reporters, the command line, the log, and main.
printers='report/|cli/|base/diag[.]c|main[.]c'
prints='(^|[^a-z_])(v?printf|puts|putchar|perror) *\('
prints+='|(^|[^a-z_])(v?fprintf|fputs|fputc|putc|fwrite) *\(.*std(out|err)'

# Each check prints one line per offence in the sources below DIR. --------------------------

# Lines "FILE:NUMBER:HEADER" of all includes; FILE is relative to DIR.
includes() { # DIR <|"
	(cd "$1" && find . -name '*.[ch]' -print0 | sort -z | xargs -0 \
		sed -snE "s|^#[ \t]*include[ \t]+[$2]([^>\"]+).*|\1|; T; F; =; p") |
		paste -d : - - - | sed 's|^\./||'
}

check_floor() { # DIR FLOOR ALLOWED...
	local dir=$1 floor=$2 file number header
	shift 2
	while IFS=: read -r file number header; do
		case $file in
		main.c) [[ $floor == main ]] || continue ;;
		"$floor"/*) ;;
		*) continue ;;
		esac
		[[ " $* " == *" ${header%%/*} "* && $header == */* ]] ||
			echo "$file:$number: $floor may not include \"$header\""
	done < <(includes "$dir" '"')
}

check_library() { # DIR HEADERS FILES
	local file number header
	while IFS=: read -r file number header; do
		[[ $header =~ ^($2) && ! $file =~ ^($3) ]] &&
			echo "$file:$number: <$header> does not belong here"
	done < <(includes "$1" '<')
}

check_printing() { # DIR
	(cd "$1" && grep -rnE --include='*.[ch]' "$prints" .) | sed 's|^\./||' |
		grep -vE "^($printers)|^[^:]*:[0-9]*:[ \t]*(/?\*|//)"
}

check_listed() { # DIR PATTERN...
	local dir=$1 file
	shift
	(cd "$dir" && find src tests/origin tests/unit tests/sim -name '*.[ch]') |
		while read -r file; do
			case $file in
			tests/unit/test_*.c | tests/sim/*.c)
				grep -qE "^[[:space:]]*(${file%.c}|$file)( |$)" "$dir/Makefile.am"
				;;
			*)
				grep -qE "(^|[[:space:]])$file( |$)" "$dir/Makefile.am"
				;;
			esac || echo "$file is not in Makefile.am"
		done
}

# TAP ----------------------------------------------------------------------------------------

number=0
failed=0

point() { # WHAT OFFENCES: good when there are none
	((++number))
	if [[ -z $2 ]]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		# shellcheck disable=SC2001 # every line of many
		sed 's/^/# /' <<<"$2"
		failed=1
	fi
}

# Do the checks see anything at all? A small tree with every kind of offence.
self_check() {
	local bad seen
	bad=$(mktemp -d) || exit 1
	mkdir -p "$bad"/src/{base,core,store,net} "$bad"/tests/{origin,unit,sim}
	printf '#include "core/sched.h"\n' >"$bad/src/base/up.c"
	printf '#include <stdio.h>\n#  include\t"net/transfer.h"\n' >"$bad/src/store/side.c"
	printf '#include "sibling.h"\n' >"$bad/src/core/bare.c"
	printf '#include "store/sink.h"\n' >"$bad/src/main.c"
	printf '#include <curl/curl.h>\n' | tee "$bad/src/store/lib.c" >"$bad/src/net/fine.c"
	printf '/* printf( */\n\tsnprintf(x);\n\tprintf("x");\n' >"$bad/src/net/loud.c"
	printf '\tfprintf(\n\tfprintf(file, "x");\n\tfputs("x", stderr);\n' >"$bad/src/core/loud.c"
	printf 'a = src/base/up.c src/main.c\nb = \\\n\ttests/unit/test_a\n' >"$bad/Makefile.am"
	touch "$bad"/tests/unit/test_{a,b}.c

	expect() { # WANTED SEEN
		[[ $1 == "$2" ]] || printf 'wanted: %s\nseen:   %s\n' "$1" "$2"
	}
	seen=$(all_floors "$bad/src" | cut -d : -f 1 | tr '\n' ' ')
	point "self-check: floors" \
		"$(expect 'base/up.c core/bare.c store/side.c main.c ' "$seen")"
	seen=$(all_libraries "$bad/src" | cut -d : -f 1 | tr '\n' ' ')
	point "self-check: libraries" "$(expect 'store/lib.c ' "$seen")"
	seen=$(check_printing "$bad/src" | cut -d : -f 1,2 | sort | tr '\n' ' ')
	point "self-check: printing" "$(expect 'core/loud.c:3 net/loud.c:3 ' "$seen")"
	seen=$(check_listed "$bad" | sort | tail -n 2 | cut -d ' ' -f 1 | tr '\n' ' ')
	point "self-check: Makefile.am" \
		"$(expect 'src/store/side.c tests/unit/test_b.c ' "$seen")"
	rm -rf "$bad"
}

all_floors() { # DIR
	local floor allowed
	floors | while read -r floor allowed; do
		# shellcheck disable=SC2086 # one word per floor
		check_floor "$1" "$floor" $allowed
	done
}

all_libraries() { # DIR
	local headers files
	libraries | while read -r headers files; do
		check_library "$1" "$headers" "$files"
	done
}

self_check
while read -r floor allowed; do
	# shellcheck disable=SC2086 # one word per floor
	point "$floor includes only what is below" "$(check_floor "$top/src" "$floor" $allowed)"
done < <(floors)
while read -r headers files; do
	point "<$headers> only in $files" "$(check_library "$top/src" "$headers" "$files")"
done < <(libraries)
point "only reporters, command line and log print" "$(check_printing "$top/src")"
point "every source file is in Makefile.am" "$(check_listed "$top")"
echo "1..$number"
exit "$failed"
