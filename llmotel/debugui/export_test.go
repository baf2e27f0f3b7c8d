package debugui

import "github.com/llmotel/sdk/llmotel"

// Repack writes a record and reads it back.
func Repack(r *llmotel.Record) *llmotel.Record {
	packed, _ := pack(r, nil)
	return unpack(packed)
}
