"""nbgrader와 만나는 곳: 과정 폴더, 설정, 전처리기, 피드백.

여기 없는 것: 노트북의 실행(`grading.run`), 한 학급의 채점(`grading.grade`).
"""
