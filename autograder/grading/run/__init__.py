"""학습자의 코드 곁: 노트북 하나를 실행합니다.

여기 없는 것: 판정(`grading.judging`), 성적부(`grading.recording`), 가두는 벽(`grading.sandbox`).
"""
