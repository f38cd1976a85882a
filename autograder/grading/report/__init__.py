"""`autograder report`: 채점이 남긴 것을 읽어 학급 보고서(HTML 하나)를 만듭니다. 채점도 실행도 하지 않습니다.

여기 없는 것: 화면의 표와 CSV(`grading.table`), 학생에게 돌려줄 피드백(`grading.course.feedback_page`).
"""
