package cli

import (
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/llmotel/sdk/llmotel/calllog"
)

func schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:       "schema [VERSION]",
		Short:     "Print the JSON Schema of records",
		Long:      "Print the JSON Schema of records: of the version that is written, or of one that is read, such as llmotel.calllog/1.",
		Args:      needs(0, 1, "at most one version"),
		ValidArgs: slices.Sorted(maps.Keys(calllog.JSONSchemas())),
		RunE: func(cmd *cobra.Command, args []string) error {
			text := calllog.JSONSchema()
			if len(args) > 0 {
				var ok bool
				if text, ok = calllog.JSONSchemas()[args[0]]; !ok {
					return usagef("there is no version %q; there are %q", args[0], slices.Sorted(maps.Keys(calllog.JSONSchemas())))
				}
			}
			fmt.Fprint(cmd.OutOrStdout(), text)
			return nil
		},
	}
}
