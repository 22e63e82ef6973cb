package types

// DefaultParams jail a seat for 200 blocks when it missed more than half of the last 200 votes. They let less than a third of the
// power change by choice within 20 blocks. With blocks of five seconds, a pause lasts for a day at most, and a vote about one
// counts for an hour.
func DefaultParams() Params {
	return Params{DowntimeWindow: 200, MaxMissed: 100, JailBlocks: 200, MinActiveSeats: 1, TurnoverBlocks: 20, MaxPauseBlocks: 17_280, PauseVoteBlocks: 720}
}

// MaxDowntimeWindow bounds downtime_window, in blocks, and so the number of entries that are cleared when a seat is jailed.
const MaxDowntimeWindow = 10_000

// MaxTurnoverBlocks bounds turnover_blocks, in blocks.
const MaxTurnoverBlocks = 100_000

// MostPauseBlocks bounds max_pause_blocks and pause_vote_blocks, in blocks. With blocks of five seconds it is about two months.
const MostPauseBlocks = 1_000_000

// Validate checks every parameter.
func (p Params) Validate() error {
	switch {
	case p.DowntimeWindow < 1 || p.DowntimeWindow > MaxDowntimeWindow:
		return ErrInvalidParams.Wrapf("downtime_window: %d, expected 1 to %d blocks", p.DowntimeWindow, MaxDowntimeWindow)
	case p.MaxMissed < 0 || p.MaxMissed >= p.DowntimeWindow:
		return ErrInvalidParams.Wrapf("max_missed: %d, expected 0 to downtime_window - 1 = %d", p.MaxMissed, p.DowntimeWindow-1)
	case p.JailBlocks < 1:
		return ErrInvalidParams.Wrapf("jail_blocks: %d, expected at least 1", p.JailBlocks)
	case p.MinActiveSeats < 1:
		return ErrInvalidParams.Wrapf("min_active_seats: %d, expected at least 1", p.MinActiveSeats)
	case p.TurnoverBlocks < 1 || p.TurnoverBlocks > MaxTurnoverBlocks:
		return ErrInvalidParams.Wrapf("turnover_blocks: %d, expected 1 to %d", p.TurnoverBlocks, MaxTurnoverBlocks)
	case p.MaxPauseBlocks < 1 || p.MaxPauseBlocks > MostPauseBlocks:
		return ErrInvalidParams.Wrapf("max_pause_blocks: %d, expected 1 to %d", p.MaxPauseBlocks, MostPauseBlocks)
	case p.PauseVoteBlocks < 1 || p.PauseVoteBlocks > MostPauseBlocks:
		return ErrInvalidParams.Wrapf("pause_vote_blocks: %d, expected 1 to %d", p.PauseVoteBlocks, MostPauseBlocks)
	}
	return nil
}
