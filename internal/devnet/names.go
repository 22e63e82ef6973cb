package devnet

import "fmt"

// workerNames are the first organisations with a worker. Saboteurs are taken from the end of the workers.
var workerNames = []string{"amber", "birch", "cedar", "delta", "ember", "fjord", "grove"}

// workerName returns the organisation of worker number i, from 0.
func workerName(i int) string {
	if i < len(workerNames) {
		return workerNames[i]
	}
	return fmt.Sprintf("worker-%d", i+1)
}

// validatorName returns the organisation of seat number i, from 0.
func validatorName(i int) string { return fmt.Sprintf("val-%d", i+1) }

// The other organisations and their accounts.
const (
	requesterOrg, requesterName = "lab", "requester"
	providerOrg, providerName   = "studio", "provider"
	operatorOrg, operatorName   = "exchange", "operator"
)

// PoolName is the pool of all workers for modules, ContainerPoolName the pool of all workers for containers.
const (
	PoolName          = "public"
	ContainerPoolName = "containers"
)
