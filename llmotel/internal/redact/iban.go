package redact

// ibanLengths has the length of the account numbers of each country (SWIFT's
// IBAN registry).
const ibanLengths = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22GE22GI23GL18" +
	"GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23" +
	"PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30"

var ibanLength = func() (l [26][26]int) {
	for i := 0; i < len(ibanLengths); i += 4 {
		l[ibanLengths[i]-'A'][ibanLengths[i+1]-'A'] = int(ibanLengths[i+2]-'0')*10 + int(ibanLengths[i+3]-'0')
	}
	return l
}()

// ibanAt returns the end of the account number at i, in one piece or in groups with
// separators between, whose check digits (ISO 7064, mod 97) hold. In lower case it
// must not look like a hash.
func ibanAt(t []byte, i int) int {
	if i+14 >= len(t) || !isAlpha(t[i]) || !isAlpha(t[i+1]) || !isDigit(t[i+2]) || !isDigit(t[i+3]) {
		return 0
	}
	length := ibanLength[t[i]&^0x20-'A'][t[i+1]&^0x20-'A']
	sum := 0
	add := func(c byte) {
		if isDigit(c) {
			sum = (sum*10 + int(c-'0')) % 97
		} else {
			sum = (sum*100 + int(c|0x20-'a') + 10) % 97
		}
	}
	hash := isLower(t[i]) && isHex(t[i]) && isHex(t[i+1])
	letters := 0
	end := i + 4
	for n := 4; n < length; n++ {
		if c, width := gap(t, end); c == ' ' || c == '-' || c == '.' {
			end += width
			hash = false
		}
		if end >= len(t) || !isAlnum(t[end]) {
			return 0
		}
		if !isDigit(t[end]) {
			letters++
			hash = hash && isHex(t[end])
		}
		add(t[end])
		end++
	}
	for _, c := range t[i : i+4] {
		add(c)
	}
	if length == 0 || sum != 1 || hash && letters > 0 || !ends(t, end) {
		return 0
	}
	return end
}
