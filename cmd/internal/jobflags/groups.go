package jobflags

import (
	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/internal/commandline"
)

// Group makes the help of a command about jobs show its flags in groups, with those that a newcomer needs first.
func Group(cmd *cobra.Command) {
	commandline.GroupFlags(cmd,
		"First: input trust out max-price dry-run local map resume",
		"The program: arg args bag env stdin stdout workdir writable dataset datasets-per-task after answer when clock seed ok-exit output-path onchain recipient identity platform oci-engine oci-path oci-gpus",
		"What it may take: fuel category time memory disk cpu gpus",
		"How the answer is checked: policy min-replicas static-credibility value audit-blocks callback",
		"The market: pool tag only-pool only-pool-of max-app-price max-dataset-price max-pool-price rest expiry partial once nonce owner voucher sponsor beneficiary",
		"Chain, store and keys: context node chain-id store store-token holder locator from key-file key-passphrase-file keyring-backend keyring-dir provider-key-file",
		"Output: output verbose progress overwrite stall offline help",
	)
}
