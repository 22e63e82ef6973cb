package doctor

import "encoding/json"

// peerHeight is the height that a peer works on, of what the engine tells of it; 0 when it tells none.
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
