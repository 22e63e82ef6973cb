package devnet

import "fmt"

// The first organisations with a worker, in the order in which saboteurs are taken from the end.
var workerNames = []string{"amber", "birch", "cedar", "delta", "ember", "fjord", "grove"}

// workerName names the organisation of worker number i, from 0.
func workerName(i int) string {
	if i < len(workerNames) {
		return workerNames[i]
	}
	return fmt.Sprintf("worker-%d", i+1)
}

// validatorName names the organisation of seat number i, from 0.
func validatorName(i int) string { return fmt.Sprintf("val-%d", i+1) }

// The organisations and accounts beside workers and validators.
const (
	requesterOrg, requesterName = "lab", "requester"
	providerOrg, providerName   = "studio", "provider"
	operatorOrg, operatorName   = "exchange", "operator"
)

// PoolName is the pool that every worker for modules serves, ContainerPoolName that of the workers for containers.
const (
	PoolName          = "public"
	ContainerPoolName = "containers"
)
