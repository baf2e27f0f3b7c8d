// Package coverage holds what the conventions declare against what telemetry
// has shown, attribute by attribute, and writes it as a table.
//
// [New] takes the revisions; [Table.See] adds telemetry that one way in has
// emitted; [Table.Check] tells which declared attributes nobody has shown and
// which stated reasons are superfluous; [Table.Markdown] writes the document.
package coverage
