package iexec

import "math/big"

// Role says which kind of party a balance belongs to.
type Role uint8

// The parties of a deal.
const (
	RoleRequester Role = iota + 1
	RoleSponsor
	RoleScheduler
	RoleApp
	RoleDataset
	RoleKitty
	RoleWorker
)

// Party owns a balance: a role and, for workers, the worker's name.
type Party struct {
	Role   Role
	Worker string
}

// The parties that a deal has once.
var (
	Requester = Party{Role: RoleRequester}
	Sponsor   = Party{Role: RoleSponsor}
	Scheduler = Party{Role: RoleScheduler}
	AppOwner  = Party{Role: RoleApp}
	DataOwner = Party{Role: RoleDataset}
	// Kitty is the ownerless account that keeps the pool stakes of failed tasks.
	Kitty = Party{Role: RoleKitty}
)

// Worker is the party of a worker.
func Worker(name string) Party { return Party{Role: RoleWorker, Worker: name} }

// Move changes one party's balances: Stake is its free balance, Frozen the money locked in deals. Both are deltas; each may be
// negative or zero.
type Move struct {
	Party  Party
	Stake  *big.Int
	Frozen *big.Int
}

// moves collects the movements of one transition in order, without those of a zero amount.
type moves struct{ list []Move }

func (m *moves) addMove(p Party, stake, frozen *big.Int) {
	if stake.Sign() == 0 && frozen.Sign() == 0 {
		return
	}
	m.list = append(m.list, Move{Party: p, Stake: stake, Frozen: frozen})
}

// lockMoney freezes free money.
func (m *moves) lockMoney(p Party, v *big.Int) {
	m.addMove(p, new(big.Int).Neg(v), new(big.Int).Set(v))
}

// unlockMoney frees frozen money.
func (m *moves) unlockMoney(p Party, v *big.Int) {
	m.addMove(p, new(big.Int).Set(v), new(big.Int).Neg(v))
}

// seizeMoney takes frozen money away; the same transition rewards it to others.
func (m *moves) seizeMoney(p Party, v *big.Int) { m.addMove(p, new(big.Int), new(big.Int).Neg(v)) }

// rewardMoney pays seized money out.
func (m *moves) rewardMoney(p Party, v *big.Int) { m.addMove(p, new(big.Int).Set(v), new(big.Int)) }
