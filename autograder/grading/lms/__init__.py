"""성적과 피드백을 LMS(무들, 캔버스)가 그대로 받는 파일로.

여기 없는 것: 명령(`grading.export`), 제출을 모으는 일(`grading.collect`), 성적부(`grading.course`).
"""
