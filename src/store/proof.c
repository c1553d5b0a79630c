#include "store/proof.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"

void proofs_release(struct proofs *proofs)
{
	digest_free(proofs->asked.digest);
	digest_free(proofs->announced.digest);
	composite_free(proofs->composite);
	*proofs = (struct proofs)PROOFS_INIT;
}

/* Have a digest context of the algorithm, ready to begin. */
static int proof_begin(struct proof *proof, const struct checksum *want, const char *by,
	struct error *err)
{
	proof->want = *want;
	proof->by = by;
	if (proof->digest && proof->alg == want->alg)
		return digest_restart(proof->digest, err);
	digest_free(proof->digest);
	proof->digest = digest_new(want->alg, err);
	proof->alg = want->alg;
	return proof->digest ? 0 : -1;
}

static const char *wish_of(const struct entry *entry)
{
	if (entry->checksum_from_file)
		return "--checksum-file asks for";
	return entry->input ? "the list asks for" : "was asked for";
}

/* What the user asks for must hold. What the server announces is looked at where it would
 * prove more. */
int proofs_begin(struct proofs *proofs, const struct entry *entry,
	const struct checksum *announced, const char *by, bool counted_on,
	struct error *err)
{
	const struct checksum *asked = &entry->checksum;
	struct error why;

	proofs->asked.want.alg = proofs->announced.want.alg = DIGEST_NONE;
	proofs->asked_by = wish_of(entry);
	composite_free(proofs->composite);
	proofs->composite = NULL;
	if (asked->alg != DIGEST_NONE &&
		proof_begin(&proofs->asked, asked, entry_checksum_by(entry), err) != 0)
		return -1;
	if (!announced || announced->alg <= asked->alg ||
		proof_begin(&proofs->announced, announced, by, &why) == 0)
		return 0;
	proofs->announced.want.alg = DIGEST_NONE;
	if (counted_on && !entry_is_proven(entry))
		return error_set(err, why.kind, why.code, "%s", why.text);
	log_debug("%s is passed over: %s", by, why.text);
	return 0;
}

void proofs_try_etag(struct proofs *proofs, const char *etag, int64_t size)
{
	if (!proofs_wanted(proofs))
		proofs->composite = composite_new(etag, size);
}

bool proofs_wanted(const struct proofs *proofs)
{
	return proofs->composite || proofs->asked.want.alg != DIGEST_NONE ||
	       proofs->announced.want.alg != DIGEST_NONE;
}

static int proof_add(
	struct proof *proof, const void *data, size_t len, struct error *err)
{
	return proof->want.alg != DIGEST_NONE
		       ? digest_update(proof->digest, data, len, err)
		       : 0;
}

int proofs_add(struct proofs *proofs, const void *data, size_t len, struct error *err)
{
	if (proofs->composite)
		return composite_add(proofs->composite, data, len, err);
	return proof_add(&proofs->asked, data, len, err) != 0
		       ? -1
		       : proof_add(&proofs->announced, data, len, err);
}

/* `before` and `by` tell in an error whose wish it was. */
static int proof_check(const struct proof *proof, struct outcome *outcome,
	const char *before, const char *by, struct error *err)
{
	_cleanup_(buf_release) struct buf text = BUF_INIT;
	struct checksum got;

	if (proof->want.alg == DIGEST_NONE)
		return 0;
	if (digest_final(proof->digest, &got, err) != 0)
		return -1;
	checksum_add(&text, &got);
	snprintf(outcome->digest, sizeof(outcome->digest), "%s", text.data);
	if (checksum_equal(&got, &proof->want)) {
		outcome->verified = VERIFIED_HASH;
		outcome->verified_by = proof->by;
		return 0;
	}
	outcome->verified = VERIFIED_NONE;
	outcome->verified_by = NULL;
	memcpy(&outcome->wrong_digest, got.bytes, sizeof(outcome->wrong_digest));
	buf_clear(&text);
	checksum_add_mismatch(&text, &got, &proof->want);
	return error_set(
		err, KIND_CHECKSUM, 0, "%s, which %s%s", text.data, before, by);
}

static int check_composite(
	struct proofs *proofs, struct outcome *outcome, struct error *err)
{
	bool proven;

	if (composite_check(proofs->composite, &proven, err) != 0)
		return -1;
	if (proven)
		outcome->verified = VERIFIED_ETAG;
	return 0;
}

/* The stronger one last: it is the one to tell of. */
int proofs_check(struct proofs *proofs, struct outcome *outcome, struct error *err)
{
	if (proofs->composite)
		return check_composite(proofs, outcome, err);
	if (proof_check(&proofs->asked, outcome, proofs->asked_by, "", err) != 0)
		return -1;
	return proof_check(&proofs->announced, outcome, "the server announced by ",
		proofs->announced.by, err);
}

void pieces_prove(struct outcome *outcome)
{
	outcome->verified = VERIFIED_HASH;
	outcome->verified_by = "pieces";
}
