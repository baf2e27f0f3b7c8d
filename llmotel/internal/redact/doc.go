// Package redact is the default redactor of captured content and error texts:
// it masks personal data and credentials by placeholders that say what stood
// there.
//
//	[EMAIL]  e-mail addresses
//	[PHONE]  phone numbers: with +, 00 or 011 and a country code; with a leading 0;
//	         in the groups of North America, Brazil, China and Russia; and any that
//	         a word before calls so: "phone": "4155552671"
//	[CARD]   payment card numbers of the known brands whose check digit holds
//	[IBAN]   bank account numbers whose check digits hold
//	[IP]     IPv4 and IPv6 addresses
//	[KEY]    keys and tokens of known shapes, PEM private keys, bearer tokens,
//	         passwords in URLs, and what is assigned to names such as password,
//	         api_key or client_secret
//
// Start with [Append] or [String]. [Secret] knows the names of secrets, for those
// who hold members of JSON rather than texts.
//
// It works by shape alone, so it neither finds names and postal addresses nor a
// password in the middle of a sentence. Other digits without a plus sign or groups
// are no phone number: they are far more often amounts, ids and times. Dates,
// times, UUIDs, versions and hex digests are left alone.
//
// The scanners are written by hand: one pass over the text looks at nothing but
// a class table until a byte comes that something could hang on.
package redact
