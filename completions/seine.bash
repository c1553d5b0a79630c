# bash completion for seine; made by: seine --print-docs bash

_seine()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	local options='-i --input --input-format --only -d --dir -o --output --name
		--content-disposition --no-content-disposition --checksum
		--checksum-file --ignore-server-digests --no-ignore-server-digests
		--existing --resume --no-resume --remote-time --no-remote-time
		--durability --mode --compare --compare-runs -j --jobs
		--loops --per-host -s --split --chunk-size --min-split-size
		--tries --retry-wait --retry-max-wait --max-redirs
		--allow-downgrade --no-allow-downgrade --allow-private --no-allow-private
		--limit-rate --limit-rate-per-host --request-rate --connect-timeout
		--first-byte-timeout --max-time --min-rate --stall-time
		--max-size -H --header -A --user-agent -e --referer -b --cookie
		--load-cookies --compressed --no-compressed --http1.1 --no-http1.1
		--http2 --no-http2 --http3 --no-http3 --s3-endpoint
		--s3-region --s3-profile --s3-addressing --s3-no-sign-request --no-s3-no-sign-request
		--s3-requester-pays --no-s3-requester-pays --follow-metalink --no-follow-metalink
		--metalink-location -x --proxy -4 --ipv4 --no-ipv4 -6 --ipv6 --no-ipv6
		--dns-servers --resolve -u --user --password-file --bearer-file
		--netrc --cacert --cert --key -k --insecure --no-insecure
		-q --quiet --no-quiet -v --verbose --no-verbose --json --no-json
		--progress --results --failed --config --no-config
		-h --help -V --version'

	COMPREPLY=()
	# bash splits --name=value at the =.
	if [[ $cur == = ]]; then
		cur=
	elif [[ $prev == = ]] && ((COMP_CWORD > 1)); then
		prev=${COMP_WORDS[COMP_CWORD-2]}
	fi
	case $prev in
	--input-format)
		mapfile -t COMPREPLY < <(compgen -W 'auto jsonl csv tsv metalink list' -- "$cur")
		return ;;
	--only)
		mapfile -t COMPREPLY < <(compgen -W 'all failed' -- "$cur")
		return ;;
	--existing)
		mapfile -t COMPREPLY < <(compgen -W 'skip overwrite rename update' -- "$cur")
		return ;;
	--durability)
		mapfile -t COMPREPLY < <(compgen -W 'none batch each' -- "$cur")
		return ;;
	--mode)
		mapfile -t COMPREPLY < <(compgen -W 'sequential threads event' -- "$cur")
		return ;;
	--s3-addressing)
		mapfile -t COMPREPLY < <(compgen -W 'auto path virtual' -- "$cur")
		return ;;
	--progress)
		mapfile -t COMPREPLY < <(compgen -W 'auto bar plain none' -- "$cur")
		return ;;
	-i|--input|--checksum-file|--load-cookies|--password-file|--bearer-file|--cacert|--cert|--key|--results|--failed|--config)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	-d|--dir)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return ;;
	-o|--output|--name|--checksum|--compare-runs|-j|--jobs|--loops|--per-host|-s|--split|--chunk-size|--min-split-size|--tries|--retry-wait|--retry-max-wait|--max-redirs|--limit-rate|--limit-rate-per-host|--request-rate|--connect-timeout|--first-byte-timeout|--max-time|--min-rate|--stall-time|--max-size|-H|--header|-A|--user-agent|-e|--referer|-b|--cookie|--s3-endpoint|--s3-region|--s3-profile|--metalink-location|-x|--proxy|--dns-servers|--resolve|-u|--user)
		: # a value that only the user knows
		return ;;
	esac
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
	fi
}

complete -F _seine seine
