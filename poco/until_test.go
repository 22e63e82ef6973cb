package poco

import "github.com/credence-chain/credence/testutil/until"

var checkUntil = until.Check
