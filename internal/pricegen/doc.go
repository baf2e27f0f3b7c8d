// Command pricegen writes the built-in price file of llmotel/pricing from the
// price lists in the shared data.
//
//	GOWORK=off go run . -data ../../../shared/data/prices -out ../../llmotel/pricing/catalogue.json.gz
//
// Run it in its own directory; both values are the defaults. The directory that
// holds prices is taken from LLMOTEL_DATA if that is set. With -optional, missing
// data is reported and the file left as it is. With -print, the prices are
// written to standard output, to be read and compared.
//
// litellm.go reads the wide list, which has tiers and multipliers but no dates;
// names.go says whose model each of its names is. genai.go reads the list with
// dates. merge.go puts both together and says which one is believed:
//
//   - Rates are those of the wide list, on its day. Where the other disagrees,
//     the entry has a note.
//   - Dates are those of the dated list, where its rates for the day of the wide
//     one agree with it: prices before and after then follow. Where they do not
//     agree, its dated rates hold from its own, later day.
//   - Rates of tokens that the wide list has no words for come from the other one.
//   - Models that only the dated list has are taken from there; so is OpenRouter.
//
// names.go also drops names that the rules of llmotel/pricing lead to anyway: a dated
// name with the price of its undated one.
package main
