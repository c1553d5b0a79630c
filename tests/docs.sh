#!/bin/bash
# docs.sh - the man page, the completions and --help say what the table of options says, and
# the completions work in the shells they are for. TAP. SEINE is the program, SRCDIR the tree.
# Functions are run by name, and one shell's code is quoted in another's.
# shellcheck disable=SC2317,SC2016
set -u
: "${SEINE:?the program to test}" "${SRCDIR:?the source tree}"
SEINE=$(realpath -- "$SEINE") SRCDIR=$(realpath -- "$SRCDIR")
man=$SRCDIR/man/seine.1
completions=$SRCDIR/completions
begin='^\.\\" BEGIN OPTIONS' end='^\.\\" END OPTIONS'

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
# Nobody's own settings.
export HOME=$dir LC_ALL=C.UTF-8
unset XDG_CONFIG_HOME "${!SEINE_@}"

count=0 failures=0
# ok NAME COMMAND...: what the command prints is shown when it fails.
ok() {
	local name=$1
	shift
	count=$((count + 1))
	if "$@" >"$dir/output" 2>&1; then
		echo "ok $count - $name"
	else
		failures=$((failures + 1))
		sed 's/^/# /' "$dir/output"
		echo "not ok $count - $name"
	fi
}

# ok_in PROGRAM NAME COMMAND...: the same, where there is that program. In CI it must be.
ok_in() {
	local program=$1
	shift
	if command -v "$program" >/dev/null || [[ ${CI:-} == true ]]; then
		ok "$@"
	else
		count=$((count + 1))
		echo "ok $count - $1 # SKIP no $program"
	fi
}

# same KIND FILE: a committed file is what the program prints.
same() {
	"$SEINE" --print-docs "$1" >wanted && diff -u "$2" wanted && return
	echo "to bring it up to date: make docs"
	return 1
}

same_man() {
	sed "1,/$begin/d;/$end/,\$d" "$man" >page
	[[ -s page ]] && same man page
}

# The long and short options that --help lists, one per line.
listed() {
	"$SEINE" --help | grep -oE '^ +(-., )?--[a-z0-9.-]+' | grep -oE -- '--?[a-zA-Z0-9.-]+'
}

# Every option is there in every form, each found by its own spelling of it.
all_forms() {
	local option name bad=0
	[[ $(listed | wc -l) -gt 60 ]] || { echo "--help lists too few"; return 1; }
	# mdoc writes a dash of text as \-.
	sed 's/\\-/-/g' "$man" >plain.1
	for option in $(listed); do
		name=${option#-}
		if [[ $name == -* ]]; then
			name=${name#-}
			grep -qE "^\.It (Fl . , )?Fl Fl $name( |\$)" plain.1 || missing man
			grep -qE -- "--${name}[=[}]" "$completions/_seine" || missing zsh
			grep -qE -- " -l $name( |\$)" "$completions/seine.fish" || missing fish
		else
			grep -qE "^\.It Fl $name , " plain.1 || missing man
			grep -qF -- "{-$name" "$completions/_seine" || missing zsh
			grep -qF -- " -s $name " "$completions/seine.fish" || missing fish
		fi
		grep -qwF -- "$option" "$completions/seine.bash" || missing bash
	done
	return "$bad"
}
missing() {
	echo "$option is missing: $1"
	bad=1
}

# What the program takes as --no-NAME is offered as that, and nothing else is.
negated() {
	local name taken count=0 bad=0
	for name in $(listed | sed -n 's/^--//p'); do
		taken=0
		"$SEINE" "--no-$name" --version >version 2>&1 && taken=1
		count=$((count + taken))
		option=--no-$name
		offered "$taken" bash -wF -- "$option" "$completions/seine.bash"
		offered "$taken" zsh -E -- "--no-${name//./\\.}\[" "$completions/_seine"
		offered "$taken" fish -E " -l no-${name//./\\.}( |\$)" "$completions/seine.fish"
	done
	((count > 10)) && return "$bad"
}
offered() { # TAKEN SHELL GREP-ARGUMENT...
	local taken=$1 shell=$2 there=0
	shift 2
	grep -q "$@" && there=1
	((there == taken)) || missing "$shell"
}

# An option that the man page has and the program does not know would be a lie.
no_strays() {
	local option
	sed -n 's/^\.It \(Fl . , \)\?Fl Fl \([^ ]*\).*/\2/p' "$man" | sed 's/\\-/-/g' >named
	[[ $(wc -l <named) -gt 40 ]] || return 1
	while read -r option; do
		listed | grep -qxF -- "--$option" || { echo "--$option"; return 1; }
	done <named
}

fits() {
	local long
	long=$("$SEINE" --help | awk 'length($0) > 79')
	echo "$long"
	[[ -z $long ]]
}

hidden() {
	! grep -rn -- print-docs "$completions/_seine" "$completions/seine.fish" |
		grep -v 'made by' &&
		! "$SEINE" --help | grep print-docs
}

# The kinds of failure are words of an enum that the man page has to keep up with.
kinds() {
	local kind count=0
	sed 's/\\-/-/g' "$man" >plain.1
	while read -r kind; do
		[[ $kind == none || $kind == locked ]] && continue # no entry's
		count=$((count + 1))
		grep -qE "^\.(It )?Cm $kind( |\$)" plain.1 || { echo "$kind"; return 1; }
	done < <(sed -n 's/^\tKIND_\([A-Z_]*\),.*/\1/p' "$SRCDIR/src/base/diag.h" |
		tr A-Z_ a-z-)
	((count > 20))
}

# The members of an object are those of a list of SUMMARY, which has three.
members() { # LIST JQ-PATH ARGUMENT...
	local list=$1 path=$2
	shift 2
	sed -n '/^\.Sh SUMMARY/,/^\.Sh ENV/p' "$man" |
		awk -v list="$list" '/^\.El/ { n++ } n == list - 1 && sub(/^\.It Cm /, "")' |
		sed 's/ , /\n/g' | sort >listed
	"$SEINE" -q --no-config --tries 1 --json "$@" http://127.0.0.1:1/a 2>said |
		jq -r "$path | keys[]" | sort >printed
	[[ -s printed ]] && diff -u listed printed
}
summary() {
	rm -rf run
	members 1 . -d run && members 2 . -d run/a --compare=event &&
		members 3 '.modes[0]' -d run/b --compare=event
}

lint() {
	local said
	said=$(mandoc -T lint -W warning "$man")
	echo "$said"
	[[ -z $said ]]
}

# A page of two hundred lines and more, with nothing left of the markup.
renders() {
	mandoc -T utf8 "$man" | col -b >page.txt
	[[ $(wc -l <page.txt) -gt 200 ]] && grep -q -- '-j, --jobs N' page.txt &&
		! grep -nE '\\[&-]|^ *\.(It|Fl|Ql)' page.txt
}

full() {
	! "$SEINE" --help >/dev/full 2>said && grep -q 'standard output' said
}

# bash_offers WANTED WORD...: what is offered for the last word, sorted, on one line.
bash_offers() {
	local wanted=$1 got
	shift
	got=$(bash --norc -c '
		source "$0" || exit
		COMP_WORDS=(seine "$@") COMP_CWORD=$#
		_seine
		printf "%s\n" "${COMPREPLY[@]}"' "$completions/seine.bash" "$@" |
		sort | paste -sd, -)
	echo "for '$*': '$got', not '$wanted'"
	[[ $got == "$wanted" ]]
}
bash_completes() {
	bash -n "$completions/seine.bash" &&
		bash_offers event,sequential,threads --mode '' &&
		bash_offers threads --mode = th &&
		bash_offers overwrite,rename,skip,update --existing = &&
		bash_offers 'a b.txt,lists' -i '' &&
		bash_offers lists --dir '' &&
		bash_offers '' --jobs '' &&
		bash_offers --per-host --per &&
		bash_offers --no-quiet --no-q &&
		bash_offers --http1.1,--http2,--http3 -q --http &&
		bash_offers '' https://
}

fish_offers() {
	local wanted=$1 got
	got=$(fish --no-config -c 'source $argv[1]; complete -C $argv[2]' \
		"$completions/seine.fish" "$2" | cut -f1 | sort | paste -sd, -)
	echo "for '$2': '$got', not '$wanted'"
	[[ $got == "$wanted" ]]
}
fish_completes() {
	fish --no-config -n "$completions/seine.fish" &&
		fish_offers event,sequential,threads 'seine --mode ' &&
		fish_offers --mode=threads 'seine --mode=th' &&
		fish_offers lists/ 'seine -d ' &&
		fish_offers 'a b.txt,lists/' 'seine -i ' &&
		fish_offers '' 'seine --jobs ' &&
		fish_offers '' 'seine ' &&
		fish_offers --per-host 'seine --per' &&
		fish_offers --no-quiet 'seine --no-q'
}

# zsh completes only at a terminal: one is made by zpty, compadd tells what it is given.
zsh_offers() {
	local wanted=$1 got
	got=$(timeout 20 zsh -f "$dir/offer.zsh" "$completions" "$2" | sort -u | paste -sd, -)
	echo "for '$2': '$got', not '$wanted'"
	[[ $got == "$wanted" ]]
}
zsh_completes() {
	cat >"$dir/offer.zsh" <<'END'
zmodload zsh/zpty
zpty shell zsh -f -i
read_until() {
	local line
	while zpty -r shell line; do
		line=${line//$'\r'/}
		[[ $line == *$'\x01'$1* ]] && return
		[[ $line == *$'\x01'offer:* ]] && print -r -- ${${line##*offer:}%$'\n'}
	done
}
zpty -w shell "PS1= PS2= fpath=(${(q)1} \$fpath) TERM=dumb"
zpty -w shell 'unsetopt zle_bracketed_paste 2>/dev/null; autoload -Uz compinit; compinit -u -D'
zpty -w shell 'compadd() {
	local -a hits
	[[ $* == *-[OAD]\ * ]] && { builtin compadd "$@"; return }
	builtin compadd -O hits "$@"
	(( $#hits )) && printf "\x01offer:%s\n" $hits
	builtin compadd "$@"
}'
zpty -w shell 'tell() { zle complete-word; printf "\n\x01done\n"; zle kill-whole-line }'
zpty -w shell 'zle -N tell; bindkey "^X" tell; printf "\x01%s\n" ready'
read_until ready
zpty -w -n shell "$2"$'\x18'
read_until done
zpty -d shell
END
	zsh -n "$completions/_seine" &&
		zsh_offers event,sequential,threads 'seine --mode ' &&
		zsh_offers event,sequential,threads 'seine --mode=' &&
		zsh_offers threads 'seine -q --mode=th' &&
		zsh_offers lists 'seine -d ' &&
		zsh_offers 'a\ b.txt,lists' 'seine --input=' &&
		zsh_offers --per-host 'seine --per' &&
		zsh_offers --no-quiet 'seine --no-q' &&
		zsh_offers --http1.1,--http2,--http3 'seine --http'
}

mkdir work work/lists
: >'work/a b.txt'
ok 'OPTIONS of the man page is generated' same_man
ok 'the completion of bash is generated' same bash "$completions/seine.bash"
ok 'the completion of zsh is generated' same zsh "$completions/_seine"
ok 'the completion of fish is generated' same fish "$completions/seine.fish"
ok 'every option is in every form' all_forms
ok 'every switch can be taken back in the completions' negated
ok 'the man page names no other option' no_strays
ok 'the man page names every kind of failure' kinds
ok_in jq 'the man page names every member of the summary' summary
ok '--help fits 80 columns' fits
ok 'what is hidden is hidden' hidden
ok 'help that cannot be written is an error' full
ok_in mandoc 'the man page is good mdoc' lint
ok_in mandoc 'the man page renders' renders
cd work || exit 1
ok 'bash completes' bash_completes
ok_in fish 'fish completes' fish_completes
ok_in zsh 'zsh completes' zsh_completes
echo "1..$count"
exit $((failures > 0))
