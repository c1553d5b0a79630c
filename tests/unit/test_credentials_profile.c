/* test_credentials_profile.c - profiles of Amazon's tools. */
#include "net/credentials_profile.h"

#include <sys/syscall.h>

#include "scratch.h"
#include "variables.h"

static struct variables variables;
static struct environment environment;
static struct error error;

/* Both files, "" for an empty one. */
static void write_files(const char *config, const char *credentials)
{
	check(scratch_write("config", config));
	check(scratch_write("credentials", credentials));
	variables.count = 0;
	variables_set(&variables, "AWS_CONFIG_FILE", "config");
	variables_set(&variables, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
	environment = variables_environment(&variables);
}

static int load(struct profile *profile, const char *name)
{
	error = (struct error){0};
	return credentials_profile_load(profile, name, &environment, &error);
}

static void check_keys(
	struct profile *profile, const char *id, const char *secret, const char *token)
{
	check_str(profile->id, id);
	check_str(profile->secret, secret);
	check_str(profile->token, token);
	credentials_profile_release(profile);
}

static void reads_keys(void)
{
	struct profile profile;

	write_files("[default]\nregion = eu-west-1\n"
		    "[profile work]\nregion=us-west-2\nendpoint_url = http://h:9000\n",
		"[default]\naws_access_key_id = ID\naws_secret_access_key = CANARY/+=\n"
		"[work]\naws_access_key_id=ID2\naws_secret_access_key=CANARY2\n"
		"aws_session_token=TOKEN==\n");
	check_int(load(&profile, NULL), 0);
	check_str(profile.region, "eu-west-1");
	check_str(profile.endpoint_url, NULL);
	check_keys(&profile, "ID", "CANARY/+=", NULL);
	check_int(load(&profile, "work"), 0);
	check_str(profile.name, "work");
	check_str(profile.region, "us-west-2");
	check_str(profile.endpoint_url, "http://h:9000");
	check_keys(&profile, "ID2", "CANARY2", "TOKEN==");
	variables_set(&variables, "AWS_PROFILE", "work");
	check_int(load(&profile, NULL), 0);
	check_keys(&profile, "ID2", "CANARY2", "TOKEN==");
	check_int(load(&profile, "default"), 0);
	check_keys(&profile, "ID", "CANARY/+=", NULL);
}

static void reads_what_people_write(void)
{
	struct profile profile;

	write_files("", "# a comment with = in it\r\n"
			"what is this, before any section\n"
			"\n"
			"[ other ]\n"
			"no pair here, but not ours\n"
			"aws_access_key_id = WRONG\n"
			"  [default] ; and a comment\n"
			"[default]   # another\r\n"
			"\t aws_access_key_id\t=\t ID  \r\n"
			"; aws_access_key_id = WRONG\n"
			"   # aws_access_key_id = WRONG\n"
			"AWS_Secret_Access_Key = CANARY#;no=comment ; a comment\n"
			"s3 =\n"
			"  aws_access_key_id = WRONG\n"
			"  region = wrong\n"
			"\n"
			"aws_session_token =\n"
			"unknown = thing\n"
			"region = here # there\n"
			"[other]\n"
			"aws_access_key_id = WRONG");
	check_int(load(&profile, NULL), 0);
	check_str(profile.region, "here");
	check_keys(&profile, "ID", "CANARY#;no=comment", NULL);
}

/* Only what is further in than the key before it belongs to that. */
static void reads_what_is_indented(void)
{
	struct profile profile;

	write_files("  [default]\n"
		    "  region = here\n"
		    "  s3 =\n"
		    "    region = wrong\n"
		    "    [profile other]\n"
		    "  endpoint_url = http://h:9000\n"
		    "[profile other]\n"
		    "region = there\n",
		"[default]\n"
		"\taws_access_key_id = ID\n"
		"\taws_secret_access_key = CANARY\n"
		"aws_session_token = TOKEN\n");
	check_int(load(&profile, NULL), 0);
	check_str(profile.region, "here");
	check_str(profile.endpoint_url, "http://h:9000");
	check_keys(&profile, "ID", "CANARY", "TOKEN");
	check_int(load(&profile, "other"), 0);
	check_str(profile.region, "there");
	check_keys(&profile, NULL, NULL, NULL);
}

/* Of other services nothing counts, nor of other sections of services. */
static void reads_services(void)
{
	struct profile profile;

	write_files("[services other]\n"
		    "s3 =\n"
		    "  endpoint_url = http://wrong:1\n"
		    "[default]\n"
		    "services = mine # there\n"
		    "endpoint_url = http://all:2\n"
		    "[services mine]\n"
		    "endpoint_url = http://wrong:3\n"
		    "region = wrong\n"
		    "s3 =\n"
		    "  signature_version = s3v4\n"
		    "  no pair\n"
		    "  endpoint_url = http://mine:4\n"
		    "s3api =\n"
		    "  endpoint_url = http://wrong:5\n"
		    "[profile lost]\n"
		    "services = nowhere\n",
		"[services mine]\n"
		"s3 =\n"
		"  endpoint_url = http://wrong:6\n");
	check_int(load(&profile, NULL), 0);
	check_str(profile.s3_endpoint_url, "http://mine:4");
	check_str(profile.endpoint_url, "http://all:2");
	check_str(profile.region, NULL);
	credentials_profile_release(&profile);
	check_int(load(&profile, "lost"), -1);
	check_int(error.kind, KIND_USAGE);
	check(strstr(error.text, "no section [services NAME] as the profile 'lost'") !=
		NULL);
}

static void knows_sections_by_their_names(void)
{
	struct profile profile;

	write_files("[default]\nregion = plain\nrole_session_name = n\n"
		    "[profile default]\nregion = prefixed\n"
		    "[named]\nregion = wrong\n"
		    "[profile  \"named\"]\nregion = quoted\n"
		    "[profilenamed]\nregion = wrong\n"
		    "[profile named2]\nregion = wrong\n"
		    "[sso-session named]\nregion = wrong\n",
		"[profile named]\nregion = wrong\n[Named]\nregion = wrong\n");
	check_int(load(&profile, NULL), 0);
	check_str(profile.region, "prefixed");
	check_str(profile.role_session_name, "n");
	credentials_profile_release(&profile);
	check_int(load(&profile, "named"), 0);
	check_str(profile.region, "quoted");
	credentials_profile_release(&profile);
	/* In the order of the file it is the same. */
	write_files("[profile default]\nregion = prefixed\n[default]\nregion = plain\n",
		"");
	check_int(load(&profile, NULL), 0);
	check_str(profile.region, "prefixed");
	credentials_profile_release(&profile);
}

static void takes_keys_from_one_file(void)
{
	struct profile profile;

	write_files(
		"[default]\naws_access_key_id = A\naws_secret_access_key = CANARY-A\n"
		"aws_session_token = T\nregion = r\n",
		"[default]\naws_access_key_id = B\naws_secret_access_key = CANARY-B\n");
	check_int(load(&profile, NULL), 0);
	check_str(profile.region, "r");
	check_keys(&profile, "B", "CANARY-B", NULL);
	write_files(
		"[default]\naws_access_key_id = A\naws_secret_access_key = CANARY-A\n"
		"aws_session_token = T\n",
		"[default]\naws_secret_access_key = CANARY-B\n");
	check_int(load(&profile, NULL), 0);
	check_keys(&profile, NULL, "CANARY-B", NULL);
	write_files(
		"[default]\naws_access_key_id = A\naws_secret_access_key = CANARY-A\n"
		"aws_session_token = T\n",
		"[default]\naws_session_token = stale\n");
	check_int(load(&profile, NULL), 0);
	check_keys(&profile, "A", "CANARY-A", "T");
}

static void knows_what_leads_elsewhere(void)
{
	struct profile profile;

	write_files("[default]\nrole_arn = arn:x\nsource_profile = base\n"
		    "[profile sso]\nsso_session = corp\nsso_account_id = 1\n"
		    "[profile web]\nrole_arn = arn:y\nweb_identity_token_file = ~/t\n",
		"");
	check_int(load(&profile, NULL), 0);
	check_str(profile.role_arn, "arn:x");
	check_str(profile.role_source, "source_profile");
	check_str(profile.elsewhere, NULL);
	credentials_profile_release(&profile);
	check_int(load(&profile, "sso"), 0);
	check_str(profile.elsewhere, "sso_session");
	credentials_profile_release(&profile);
	check_int(load(&profile, "web"), 0);
	check_str(profile.role_arn, "arn:y");
	check_str(profile.web_identity_token_file, "~/t");
	credentials_profile_release(&profile);
}

static void says_where_a_line_is_wrong(void)
{
	struct profile profile;

	write_files("", "\n[default]\naws_access_key_id = ID\nCANARY-without-a-name\n");
	check_int(load(&profile, NULL), -1);
	check_said(&error, KIND_USAGE, "credentials:4: ");
	write_files("", "[default]\n = CANARY\n");
	check_int(load(&profile, NULL), -1);
	check_said(&error, KIND_USAGE, "credentials:2: ");
	write_files("[other]\n[default\naws_secret_access_key = CANARY\n", "");
	check_int(load(&profile, NULL), -1);
	check_said(&error, KIND_USAGE, "config:2: ");
	/* Of what is ours nothing is left on failure. */
	check(!profile.id && !profile.secret && !profile.name);
}

static void misses_what_is_not_there(void)
{
	struct profile profile;

	write_files("[profile a]\n", "");
	check_int(load(&profile, "a"), 0);
	credentials_profile_release(&profile);
	check_int(load(&profile, "b"), -1);
	check_said(&error, KIND_USAGE, "no profile 'b' in config or credentials");
	variables_set(&variables, "AWS_PROFILE", "c");
	check_int(load(&profile, NULL), -1);
	check_said(&error, KIND_USAGE, "no profile 'c'");
	/* Nobody has asked for the default one. */
	variables_set(&variables, "AWS_PROFILE", "%s", "");
	check_int(load(&profile, NULL), 0);
	check_keys(&profile, NULL, NULL, NULL);
	variables_set(&variables, "AWS_CONFIG_FILE", "no/such/file");
	variables_set(&variables, "AWS_SHARED_CREDENTIALS_FILE", "config/below");
	check_int(load(&profile, NULL), 0);
	check_str(profile.files[0], "no/such/file");
	credentials_profile_release(&profile);
}

static void refuses_what_cannot_be_read(void)
{
	struct profile profile;
	FILE *file;

	write_files("", "");
	variables_set(&variables, "AWS_CONFIG_FILE", ".");
	check_int(load(&profile, NULL), -1);
	check_said(&error, KIND_USAGE, "profile file .: ");
	check_int(error.code, EISDIR);
	write_files("", "");
	file = fopen("config", "w");
	check(file && fseek(file, 1 << 20, SEEK_SET) == 0 && fputc('\n', file) == '\n');
	check(file && fclose(file) == 0);
	check_int(load(&profile, NULL), -1);
	check_int(error.code, EFBIG);
}

/* In a child, where nothing can be opened. */
static void cannot_open_usual(void)
{
	struct profile profile;

	variables.count = 0;
	check_int(load(&profile, NULL), 0);
	check_keys(&profile, NULL, NULL, NULL);
	variables_set(&variables, "AWS_CONFIG_FILE", "config");
	check_int(load(&profile, NULL), -1);
	check_said(&error, KIND_USAGE, "profile file config: Permission denied");
}

static void passes_over_files_that_are_not_for_us(void)
{
	write_files("", "");
	scratch_run_denied(cannot_open_usual, __NR_openat, EACCES);
}

static void finds_the_usual_files(void)
{
	struct profile profile;

	check_int(mkdir("home", 0777) | mkdir("home/.aws", 0777), 0);
	check(scratch_write("home/.aws/config", "[default]\nregion = r\n"));
	check(scratch_write("home/.aws/credentials",
		"[default]\naws_access_key_id = ID\naws_secret_access_key = CANARY\n"));
	variables.count = 0;
	variables_set(&variables, "HOME", "home");
	check_int(load(&profile, NULL), 0);
	check_str(profile.files[1], "home/.aws/credentials");
	check_str(profile.region, "r");
	check_keys(&profile, "ID", "CANARY", NULL);
}

int main(void)
{
	scratch_enter();
	log_setup(LOG_DEBUG, listen_for_leaks, NULL);
	run(reads_keys);
	run(reads_what_people_write);
	run(reads_what_is_indented);
	run(reads_services);
	run(knows_sections_by_their_names);
	run(takes_keys_from_one_file);
	run(knows_what_leads_elsewhere);
	run(says_where_a_line_is_wrong);
	run(misses_what_is_not_there);
	run(refuses_what_cannot_be_read);
	run_if(scratch_denies(), "no seccomp here",
		passes_over_files_that_are_not_for_us);
	run(finds_the_usual_files);
	run(nothing_leaked);
	scratch_leave();
	return done();
}
