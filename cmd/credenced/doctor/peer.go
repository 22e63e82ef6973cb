package doctor

import "encoding/json"

// peerHeight returns the height that a peer works on, read from the peer's state as the engine reports it; 0 when that state has no height.
func peerHeight(state json.RawMessage) int64 {
	var s struct {
		RoundState struct {
			Height json.Number `json:"height"`
		} `json:"round_state"`
	}
	if json.Unmarshal(state, &s) != nil {
		return 0
	}
	height, err := s.RoundState.Height.Int64()
	if err != nil {
		return 0
	}
	return height
}
